package redact

import (
	"fmt"
	"math"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// Level says how bad a leak is.
type Level string

// The levels.
const (
	Blocks  Level = "blocks"  // a secret, or a value known from this run: a cassette with it is not saved
	Advises Level = "advises" // identity, content, or what looks like a secret
)

// RandomValue is the rule of a leak that no rule would replace: a long value that
// looks random and has no known format.
const RandomValue ID = "advice.random-value"

// KnownValue is the rule of a leak of a value that the caller named.
const KnownValue ID = "secret.known-value"

// A Leak is a value that redaction would replace. It never holds the value.
type Leak struct {
	Rule        ID
	Level       Level
	Interaction int    // its position
	Part        string // request.url, request.headers.NAME, request.body, response.body, vars.NAME, ...
	Path        string // in a JSON body, a normalized path; else ""
	Line        int    // of the cassette's file; 0 when it was not loaded from one
	Excerpt     string // how long the value is
}

// String reads "interaction 3: response.body $['password']: secret.password (10 bytes)".
func (l Leak) String() string {
	where := l.Part
	if l.Path != "" {
		where += " " + l.Path
	}
	return fmt.Sprintf("interaction %d: %s: %s (%s)", l.Interaction, where, l.Rule, l.Excerpt)
}

// Leaks lists what would leak if the cassette were published, in the order of the
// file: what redaction with these rules would still replace, any of the known values,
// and values that look random. A class or rule that is off is not checked.
func Leaks(c *cassette.Cassette, rules Rules, known ...string) ([]Leak, error) {
	r, err := New(rules, Options{})
	if err != nil {
		return nil, err
	}
	if c.Meta.Origin == cassette.Docs { // its people are invented
		r.on = Rules{Identity: Off, Content: Off}.enabled()
	}
	p := r.begin()
	p.trial, p.entropy = true, true
	p.known = known
	return leaks(p, c, false), nil
}

// leaks runs a pass in trial over a cassette. Strict means that the pass knows the
// run, so that what it knows must not be left.
func leaks(p *pass, c *cassette.Cassette, strict bool) []Leak {
	var found []Leak
	p.wantPaths = true
	for n, i := range c.Interactions {
		p.report = func(part, text string, edits []edit) {
			for _, e := range edits {
				if e.stays {
					continue
				}
				level := Advises
				if table[e.rule].Class == Secret || strict && e.known {
					level = Blocks
				}
				found = append(found, leakAt(i, n, part, table[e.rule].ID, level, e))
			}
			for _, e := range p.advice {
				found = append(found, leakAt(i, n, part, RandomValue, Advises, e))
			}
			for _, v := range p.known {
				if at := indexFold(text, v); v != "" && at >= 0 {
					found = append(found, leakAt(i, n, part, KnownValue, Blocks, edit{start: at, end: at + len(v)}))
				}
			}
		}
		trial := *i
		p.interaction(&trial)
	}
	return found
}

func leakAt(i *cassette.Interaction, n int, part string, rule ID, level Level, e edit) Leak {
	l := Leak{Rule: rule, Level: level, Interaction: n, Part: part, Path: e.path, Line: i.Line}
	if part == "response.body" {
		l.Line = i.BodyLine(e.path)
	}
	l.Excerpt = fmt.Sprintf("%d bytes", e.end-e.start)
	return l
}

// indexFold is strings.Index without letter case of ASCII.
func indexFold(s, sub string) int {
	if len(sub) == 0 || len(sub) > len(s) {
		return -1
	}
	if k := strings.Index(s, sub); k >= 0 {
		return k
	}
	return strings.Index(string(appendFolded(nil, s)), string(appendFolded(nil, sub)))
}

// refusal is why a cassette with leaks is not saved.
func refusal(leaks []Leak) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d values would leak: ", len(leaks))
	for n, l := range leaks {
		if n == 3 {
			fmt.Fprintf(&b, "; and %d more", len(leaks)-n)
			break
		}
		if n > 0 {
			b.WriteString("; ")
		}
		b.WriteString(l.String())
	}
	return &fault.Error{
		Message: b.String(),
		Hint:    "nothing was written; redact the cassette, or report the place as a fault of the rule that is named",
	}
}

// looksRandom tells long values with as many different characters as a random one has
// from words. Values of a registered format are none of its business.
func looksRandom(s string) bool {
	if len(s) < 24 || len(s) > 512 || strings.ContainsAny(s, " \t\n<>") {
		return false
	}
	var count [256]int
	var digit, upper, small bool
	for i := range len(s) {
		count[s[i]]++
		digit, upper, small = digit || ascii.IsDigit(s[i]), upper || ascii.IsUpper(s[i]), small || ascii.IsLower(s[i])
	}
	if !digit || !upper || !small {
		return false
	}
	entropy := 0.0
	for _, n := range count {
		if n > 0 {
			share := float64(n) / float64(len(s))
			entropy -= share * math.Log2(share)
		}
	}
	if entropy < 4.2 || identity.Recognise(s) != nil || strings.HasPrefix(s, `"`) || strings.ContainsAny(s, "/.:") {
		return false
	}
	m := mold{}
	return !m.stamped(m.key(nil, s))
}
