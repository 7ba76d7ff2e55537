package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// Verdict says why a request has no answer.
type Verdict string

// The verdicts.
const (
	// NeverRecorded: nothing recorded has the method, the host and a path that is
	// the same in at least half of its segments, or the very same path.
	NeverRecorded Verdict = "never recorded"
	// Consumed: the key was recorded, and its answers are used up, or order: strict
	// keeps the rest back.
	Consumed Verdict = "recorded but consumed"
	// Differs: something near was recorded, see MissError.Nearest.
	Differs Verdict = "recorded but differs"
)

// MissError is a request that no interaction answers. Sending it again gives it
// again: it is not temporary.
type MissError struct {
	Method, URL string
	Verdict     Verdict
	Reason      string      // e.g. "polling beyond the recording"; may be ""
	Nearest     []Candidate // at most 3, those with the fewest differences first
	NextStep    string      // what to do about it, rule to add included
	Bound       []Binding   // what the session's values stood for by then
}

// A Candidate is a recorded interaction near to a missed request.
type Candidate struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Differences []Difference
}

// Request is the recorded request in a line, without what gives access.
func (c Candidate) Request() string {
	return methodOf(c.Interaction.Request.Method) + " " + shownAddress(c.Interaction.Request.URL)
}

// mostLines is how many lines explain a miss.
const mostLines = 12

// Error explains the miss in a dozen lines at most.
func (e *MissError) Error() string {
	text := e.Summary() + e.details(mostLines-2-strings.Count(e.NextStep, "\n"))
	if e.NextStep != "" {
		text += "\n  " + strings.ReplaceAll(e.NextStep, "\n", "\n  ")
	}
	return text
}

// Summary is the first line of Error.
func (e *MissError) Summary() string {
	text := fmt.Sprintf("no answer to %s %s: %s", shortened(withoutTokens("", e.Method), maxShown), shownAddress(e.URL), e.Verdict)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Address is the address that was sent, without what gives access.
func (e *MissError) Address() string { return shownAddress(e.URL) }

// Details are the lines between the first one and the next step, each after a line break:
// what was recorded near it, and what the session bound. With the others they are a dozen.
func (e *MissError) Details() string {
	return e.details(mostLines - 2 - strings.Count(e.NextStep, "\n"))
}

func (e *MissError) details(most int) string {
	var lines []string
	for _, c := range e.Nearest {
		lines = append(lines, fmt.Sprintf("  recorded: %s (%s)", c.Request(), placeOf(c.Cassette, c.Interaction)))
		for _, d := range c.Differences {
			lines = append(lines, fmt.Sprintf("    %s: recorded %s, received %s", d.Field, d.Recorded, d.Received))
		}
	}
	for _, b := range e.Bound {
		lines = append(lines, fmt.Sprintf("  bound: %s = %s", b.Pseudonym, b.Live))
	}
	if len(lines) > most {
		lines = append(lines[:most-1], fmt.Sprintf("    .. and %d lines more", len(lines)-most+1))
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n" + strings.Join(lines, "\n")
}

// placeOf says where an interaction is recorded: file and line, as far as known.
func placeOf(c *cassette.Cassette, i *cassette.Interaction) string {
	file := nameOf(c)
	switch {
	case i.Line > 0:
		return fmt.Sprintf("%s:%d", file, i.Line)
	case file != "":
		return fmt.Sprintf("%s, interaction %d", file, i.ID)
	}
	return fmt.Sprintf("interaction %d", i.ID)
}

func newMiss(req *http.Request, verdict Verdict) *MissError {
	return &MissError{Method: methodOf(req.Method), URL: req.URL.String(), Verdict: verdict}
}

// consumed explains that an entry has no answer left.
func (s *Session) consumed(req *http.Request, e *entry, why reason, now span) *MissError {
	miss := newMiss(req, Consumed)
	final := &e.answers[len(e.answers)-1]
	miss.Nearest = []Candidate{{Cassette: final.cassette, Interaction: final.interaction}}
	on := ruleFor(req.Method, req.URL.Path, final.interaction)
	switch why {
	case early:
		miss.Reason = fmt.Sprintf("order is strict and the next answer was recorded after %s, which was not replayed yet", s.progress.writeAt(e, now.awaited))
		miss.NextStep = "send that write first, or use `order: prefer`"
	case stale:
		miss.Reason = fmt.Sprintf("order is strict and every answer was recorded before %s, which was replayed since", s.progress.writeAt(e, now.replayed))
		miss.NextStep = "record the request after that write too, or use `order: prefer`"
	case overPolled:
		miss.Reason = "polling beyond the recording"
		miss.NextStep = fmt.Sprintf("the last of %s was served again and again: record until the operation ends, or let it repeat without end in rules.yaml:\n%s",
			answers(len(e.answers)), Rule{On: on, Repeat: RepeatLast}.YAML())
	case usedUp:
		miss.Reason = "1 answer recorded, and served"
		if n := len(e.answers); n > 1 {
			miss.Reason = fmt.Sprintf("%d answers recorded, each served once", n)
		}
		miss.NextStep = fmt.Sprintf("record the request as often as it is sent, or let the last answer repeat in rules.yaml:\n%s",
			Rule{On: on, Repeat: RepeatLast}.YAML())
	}
	return miss
}

func answers(n int) string {
	if n == 1 {
		return "1 answer"
	}
	return fmt.Sprintf("%d answers", n)
}

// unknown explains that no entry has the key of a request.
func (x *Index) unknown(req *http.Request, live *request) *MissError {
	miss := newMiss(req, NeverRecorded)
	miss.Nearest = x.nearest(live)
	if len(miss.Nearest) == 0 {
		miss.NextStep = fmt.Sprintf("none of %s has the method and a similar path", recordings(len(x.entries)))
		if len(x.entries) > 0 {
			miss.NextStep += ": " + recordAgain(x.entries[0].answers[0].cassette)
		}
		return miss
	}
	miss.Verdict = Differs
	near := miss.Nearest[0]
	if ignore, ok := ignorable(near.Differences); ok {
		on := ruleFor(req.Method, req.URL.Path, near.Interaction)
		miss.NextStep = "if the difference does not matter, say so in rules.yaml:\n" + Rule{On: on, Ignore: ignore}.YAML()
		return miss
	}
	miss.NextStep = "send what was recorded, or " + recordAgain(near.Cassette)
	return miss
}

// recordAgain are the commands that make a cassette anew.
func recordAgain(c *cassette.Cassette) string {
	return fmt.Sprintf("record it again: graphvcr record %[1]s, or graphvcr exec --mode record --cassette %[1]s -- COMMAND", cmp.Or(c.Name, "NAME"))
}

func recordings(n int) string {
	if n == 1 {
		return "1 recorded request"
	}
	return fmt.Sprintf("%d recorded requests", n)
}

// odataOptions say what an answer holds: no rule may pass over them.
var odataOptions = map[string]bool{
	"select": true, "filter": true, "expand": true, "orderby": true, "top": true, "skip": true, "count": true, "search": true,
	"skiptoken": true, "deltatoken": true, "apply": true, "compute": true, "format": true, "levels": true,
}

// ignorable lists what a rule would have to ignore, and false when a rule cannot
// bridge the differences, or must not.
func ignorable(differences []Difference) ([]string, bool) {
	var ignore []string
	for _, d := range differences {
		where, name, _ := strings.Cut(d.Field, ".")
		switch where {
		case "query", "header", "body":
			if name == "" || secret(d.Field) || d.Recorded == concealed || d.Received == concealed || strings.Contains(name, concealed) || where == "query" && odataOptions[optionName(name)] {
				return nil, false
			}
			ignore = append(ignore, d.Field)
		default:
			return nil, false
		}
	}
	slices.Sort(ignore)
	return slices.Compact(ignore), len(ignore) > 0
}

// ruleFor is the "on" of a rule for a recorded request and those like it: its
// method and path, with a star for every id.
func ruleFor(method, path string, near *cassette.Interaction) string {
	address, err := recordedAddress(near)
	if err != nil {
		return methodOf(method) + " " + path
	}
	u := graphurl.FromURL(address)
	var glob strings.Builder
	if u.Version != "" {
		glob.WriteString("/" + u.Version)
	}
	for _, segment := range u.Segments {
		if segment.Kind == graphurl.Key || segment.Kind == graphurl.ColonPath || len(segment.Args) > 0 {
			glob.WriteString("/*")
		} else {
			one := graphurl.URL{Segments: []graphurl.Segment{segment}}
			glob.WriteString(one.Path())
		}
	}
	return methodOf(method) + " " + glob.String()
}

// YAML is the rule as it stands in rules.yaml.
func (r Rule) YAML() string {
	text := "match:\n  - on: " + quoteYAML(r.On)
	if len(r.Ignore) > 0 {
		quoted := make([]string, len(r.Ignore))
		for i, field := range r.Ignore {
			quoted[i] = quoteYAML(field)
		}
		text += "\n    ignore: [" + strings.Join(quoted, ", ") + "]"
	}
	if r.Repeat != "" {
		text += "\n    repeat: " + string(r.Repeat)
	}
	return text
}

func quoteYAML(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// undecided explains that no recorded request is meant, and why. What is known of the values
// that were sent is no difference.
func (s *Session) undecided(req *http.Request, m place.Message, live *request, why string) *MissError {
	as, values := s.index.seal.asStored(m, req.Host, live, &s.unsealer.bound)
	miss := s.index.unknown(req, &as)
	back := strings.NewReplacer(values...)
	for n := range miss.Nearest {
		for k := range miss.Nearest[n].Differences {
			d := &miss.Nearest[n].Differences[k]
			d.Received = back.Replace(d.Received)
		}
	}
	if why != "" {
		miss.Reason, miss.NextStep = "", why
	}
	miss.Bound = s.unsealer.bound.shown()
	return miss
}

// asStored is a request with pseudonyms for all values that are known, and pairs of these and
// what was sent.
func (x *seal) asStored(m place.Message, host string, live *request, bound *bindings) (request, []string) {
	a := asked{message: m}
	place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if l.Layered || l.IsName() || isPartID(l) {
			return "", false
		}
		if is := x.compute(l, bound, &a); is != l.Text {
			return is, true
		}
		p, ok := bound.pseudonym(l.Text)
		for nonce := 0; nonce < x.nonces && !ok; nonce++ {
			p, ok = x.names[x.faker.Tag(l.Text, nonce)]
		}
		if ok {
			a.ids = append(a.ids, idBinding{p, l.Text, l.Text})
		}
		return p, ok
	})
	r, ok := x.rules.understood(&a.message, host, live.key.Principal)
	if !ok {
		return *live, nil
	}
	var values []string
	for _, id := range a.ids {
		values = append(values, id.pseudonym, id.live)
	}
	return r, values
}

// undecided says what a user can do about a request of which nothing tells which recorded
// one is meant.
func (b *bucket) undecided(a *asked) string {
	for n := range a.parts {
		for k, v := range a.parts[n].blanks {
			if v.kind == blankName && fold(b.entries[0].parts[n].blanks[k].text) != fold(v.text) {
				at := v.place
				if a.parts[n].id != "" {
					at = "part " + a.parts[n].id + ", " + strings.TrimPrefix(at, "['url']>.")
				}
				return fmt.Sprintf("what was sent at %s is not what was recorded; if it is meant, say so: %s\nelse %s", at, b.inputs(n, k, &v), recordAgain(b.entries[0].cassette))
			}
		}
	}
	return ""
}

// inputs are the flags that make a value stand for what is stored at a blank, which may be a
// variable's.
func (b *bucket) inputs(part, k int, sent *blank) string {
	value := sent.text
	if secret(sent.place) || len(value) > maxShown || strings.ContainsAny(value, "\n\"") {
		value = "VALUE"
	}
	var flags []string
	for n := range b.entries {
		e := &b.entries[n]
		name := e.parts[part].blanks[k].text
		for _, variable := range slices.Sorted(maps.Keys(e.cassette.Meta.Vars)) {
			if e.cassette.Meta.Vars[variable] == name {
				name = variable
				break
			}
		}
		flag := "--input " + name + "=" + value
		if strings.ContainsAny(name+value, " '") {
			flag = `--input "` + name + "=" + value + `"`
		}
		if flags = append(flags, flag); len(flags) == nearestShown {
			break
		}
	}
	return strings.Join(slices.Compact(flags), " or ")
}
