package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
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
	weight      int // of these: the nearer, the less
}

// Request is the recorded request in a line, without what gives access.
func (c Candidate) Request() string {
	return source{c.Cassette, c.Interaction}.request()
}

// A Difference is one field in which a candidate differs from the request.
//
// Fields are "method", "host", "path[3]" (a segment of the canonical path, from 0,
// the version included), "query.$select", "header.Prefer", "principal", and of the
// body "body.$['topic']" (JSON), "form.NAME", "part.NAME" and "part.NAME.headers.Prefer" (multipart),
// "requests[2].path[1]" (a batch; the number is that of the recorded request, or of the
// received one where nothing like it was recorded) or "body".
//
// Values are as they count in the key, long ones cut around the first difference; secrets are not shown.
type Difference struct {
	Field              string
	Recorded, Received string
}

// How many lines explain a miss, and how many recorded requests it names.
const (
	mostLines    = 12
	nearestShown = 3
)

// Error explains the miss in a dozen lines at most.
func (e *MissError) Error() string {
	text := e.Summary() + e.Details()
	if e.NextStep != "" {
		text += "\n  " + strings.ReplaceAll(e.NextStep, "\n", "\n  ")
	}
	return text
}

// Summary is the first line of Error.
func (e *MissError) Summary() string {
	text := fmt.Sprintf("no answer to %s %s: %s", excerpt(withoutTokens("", e.Method), 0, maxShown), Shown(e.URL), e.Verdict)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Details are the lines between the first one and the next step, each after a line break:
// what was recorded near it, and what the session bound. With the others they are a dozen.
func (e *MissError) Details() string {
	most := mostLines - 2 - strings.Count(e.NextStep, "\n")
	var lines []string
	for _, c := range e.Nearest {
		s := source{c.Cassette, c.Interaction}
		lines = append(lines, fmt.Sprintf("\n  recorded: %s (%s)", s.request(), s.place()))
		for _, d := range c.Differences {
			lines = append(lines, fmt.Sprintf("\n    %s: recorded %s, received %s", d.Field, d.Recorded, d.Received))
		}
	}
	for _, b := range e.Bound {
		lines = append(lines, fmt.Sprintf("\n  bound: %s = %s", b.Pseudonym, b.Live))
	}
	if len(lines) > most {
		lines = append(lines[:most-1], fmt.Sprintf("\n    .. and %d lines more", len(lines)-most+1))
	}
	return strings.Join(lines, "")
}

func newMiss(req *http.Request, verdict Verdict) *MissError {
	return &MissError{Method: methodOf(req.Method), URL: req.URL.String(), Verdict: verdict}
}

// recordAgain are the commands that record a cassette again.
func recordAgain(c *cassette.Cassette) string {
	return fmt.Sprintf("record it again: graphvcr record %[1]s, or graphvcr exec --mode record --cassette %[1]s -- COMMAND", cmp.Or(c.Name, "NAME"))
}

// explainConsumed explains that an entry has no answer left.
func explainConsumed(req *http.Request, e *entry, why choiceReason, now window) *MissError {
	miss := newMiss(req, Consumed)
	final := e.final()
	miss.Nearest = []Candidate{{Cassette: final.cassette, Interaction: final.interaction}}
	answers := fault.Count(len(e.answers), "answer")
	repeatLast := "or let the last answer repeat in rules.yaml:\n" + Rule{On: ruleFor(req.Method, final.interaction), Repeat: RepeatLast}.YAML()
	switch why {
	case overPolled:
		miss.Reason = "polling beyond the recording"
		miss.NextStep = "the last of " + answers + " was served again and again: record until the operation ends, " + repeatLast
	case usedUp:
		miss.Reason = answers + " recorded, and served"
		miss.NextStep = "record the request as often as it is sent, " + repeatLast
	default:
		miss.Reason = "order is strict and the answer was " + now.outOfOrder(why)
		miss.NextStep = "send the requests as they are recorded, or use `order: prefer`"
	}
	return miss
}

// unknown explains that no entry has the key of a request.
func (x *Index) unknown(req *http.Request, live *request) *MissError {
	miss := newMiss(req, NeverRecorded)
	miss.Nearest = x.nearest(live)
	if len(miss.Nearest) == 0 {
		miss.NextStep = fmt.Sprintf("none of %s has the method and a similar path", fault.Count(len(x.entries), "recorded request"))
		if len(x.entries) > 0 {
			miss.NextStep += ": " + recordAgain(x.entries[0].answers[0].cassette)
		}
		return miss
	}
	miss.Verdict = Differs
	near := miss.Nearest[0]
	miss.NextStep = "send what was recorded, or " + recordAgain(near.Cassette)
	if ignore, ok := ignorable(near.Differences); ok {
		on := ruleFor(req.Method, near.Interaction)
		miss.NextStep = "if the difference does not matter, say so in rules.yaml:\n" + Rule{On: on, Ignore: ignore}.YAML()
	}
	return miss
}

// ignorable lists what a rule would have to ignore, and false when a rule cannot
// bridge the differences, or must not: options of OData say what an answer holds.
func ignorable(differences []Difference) ([]string, bool) {
	var ignore []string
	for _, d := range differences {
		where, name, _ := strings.Cut(d.Field, ".")
		may := where == "query" && !strings.HasPrefix(name, "$") || where == "header" || where == "body"
		if !may || name == "" || d.Recorded == concealed || d.Received == concealed || strings.Contains(name, concealed) {
			return nil, false
		}
		ignore = append(ignore, d.Field)
	}
	return ignore, len(ignore) > 0
}

// ruleFor is the "on" of a rule for a recorded request and those like it: its
// method and path, with stars for ids, files and functions of arguments.
func ruleFor(method string, near *cassette.Interaction) string {
	r, _ := ruleSet{}.recorded(near, "") // it was understood when the index was built
	u := r.url
	for n := range u.Segments {
		switch s := &u.Segments[n]; {
		case s.Kind == graphurl.ColonPath: // no slash is before it: root*/content
			s.Text = "*"
		case s.Kind == graphurl.Key, len(s.Args) > 0:
			*s = graphurl.Segment{Text: "*"}
		}
	}
	return methodOf(method) + " " + u.Path()
}

// undecided explains that no recorded request is meant, and why. What is known of the values
// that were sent is no difference.
func (u *unsealer) undecided(req *http.Request, m place.Message, live *request, why string) *MissError {
	as, values := u.seal.asStored(m, req.Host, live, u.bound)
	miss := u.index.unknown(req, &as)
	back := strings.NewReplacer(values...)
	for _, near := range miss.Nearest {
		for n, d := range near.Differences {
			near.Differences[n].Received = back.Replace(d.Received)
		}
	}
	if why != "" {
		miss.Reason, miss.NextStep = "", why
	}
	miss.Bound = u.bound.list()
	return miss
}

// asStored is a request with pseudonyms for all values that are known, and pairs of these and
// what was sent.
func (x *seal) asStored(m place.Message, host string, live *request, bound *bindings) (request, []string) {
	var values []string
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if l.Layered || l.IsName() {
			return "", false
		}
		is, ids := x.compute(l, bound)
		for _, id := range ids {
			values = append(values, id.pseudonym, id.live)
		}
		if is == l.Text {
			p, _ := bound.pseudonym(l.Text)
			is = cmp.Or(p, x.byTag(l.Text, func(string) bool { return true }), l.Text)
		}
		if is != l.Text && len(ids) == 0 {
			values = append(values, is, l.Text)
		}
		return is, is != l.Text
	})
	r, err := x.rules.understandMessage(m, host, live.key.Principal)
	if err != nil {
		return *live, nil
	}
	return r, values
}

// undecided says what a user can do about a request that may mean several recorded ones, or none:
// to name what the first value stands for that none of them is known to have.
func (b *bucket) undecided(a *masked) string {
	for n, part := range a.parts {
		for _, v := range part.blanks {
			inputs := b.inputs(n, &part, &v)
			if v.known.entries != nil || inputs == "" {
				continue
			}
			at := v.place
			if part.id != "" {
				at = "part " + part.id + ", " + strings.TrimPrefix(at, "['url']>.")
			}
			return fmt.Sprintf("what was sent at %s is not what was recorded; if it is meant, say so: %s\nelse %s", at, inputs, recordAgain(b.entries[0].answers[0].cassette))
		}
	}
	return ""
}

// inputs are the flags that make a value of a part stand for what is stored at its place, which
// may be a variable's, and is none that another value is known to be.
func (b *bucket) inputs(n int, part *maskedPart, sent *blank) string {
	value := sent.text
	if isSecret(sent.place) || len(value) > maxShown || strings.ContainsAny(value, "\n\"") {
		value = "VALUE"
	}
	var flags []string
	for _, e := range b.entries {
		at := slices.IndexFunc(e.parts[n].blanks, func(stored blank) bool {
			return stored.place == sent.place && stored.kind == cassette.HoleName &&
				!slices.ContainsFunc(part.blanks, func(other blank) bool { return other.known.is == fold(stored.is) })
		})
		if at < 0 || len(flags) == nearestShown {
			continue
		}
		name, vars := e.parts[n].blanks[at].text, e.answers[0].cassette.Meta.Vars
		for _, variable := range slices.Sorted(maps.Keys(vars)) {
			if vars[variable] == name {
				name = variable
				break
			}
		}
		flag := name + "=" + value
		if strings.ContainsAny(flag, " '") {
			flag = `"` + flag + `"`
		}
		flags = append(flags, "--input "+flag)
	}
	return strings.Join(slices.Compact(flags), " or ")
}
