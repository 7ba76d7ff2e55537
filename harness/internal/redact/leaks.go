package redact

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// RandomValue is the rule of a leak that no rule would replace: a long value that
// looks random and has no known format.
const RandomValue ID = "advice.random-value"

// A Leak is a value that redaction would replace. It never holds the value. With one of a rule of
// class Secret no cassette is saved.
type Leak struct {
	Rule        ID
	Interaction int    // its position
	Part        string // request.url, request.headers.NAME, request.body, response.body, vars.NAME, ...
	Path        string // in a JSON body, a normalized path, with [*] for names that are values; else ""
	Line        int    // of the cassette's file; 0 when it was not loaded from one
	Excerpt     string // how long the value is
}

// String reads "interaction 3: response.body $['password']: secret.password (10 bytes)".
func (l Leak) String() string {
	return fmt.Sprintf("interaction %d: %s: %s (%s)", l.Interaction, strings.TrimSpace(l.Part+" "+l.Path), l.Rule, l.Excerpt)
}

// Leaks lists what would leak if the cassette were published, in the order of the file: what
// redaction with these rules would still replace, and values that look random. A class or rule
// that is off is not checked. Of documentation it lists secrets, and domains and addresses that
// Microsoft did not invent: a cassette is not excused because it says that it is of documentation.
func Leaks(c *cassette.Cassette, rules Rules) ([]Leak, error) {
	if c.Meta.Origin == cassette.Docs { // its people are invented, and so are their domains
		rules.Identity, rules.Content, rules.Unknown = On, Off, Off
	}
	r, err := New(rules, Options{Salt: c.Salt})
	if err != nil {
		return nil, err
	}
	return leaksIn(c, r), nil
}

// leaksIn runs a pass in trial over a cassette.
func leaksIn(c *cassette.Cassette, r *Redactor) (found []Leak) {
	for n, i := range c.Interactions {
		p := r.begin()
		p.look = func(l *place.Leaf, v verdict) {
			by := v.rule
			switch {
			case v.rule == noRule:
				if !looksRandom(l.Text) || words.Harmless(l.Name, l.Parent, l.Text) {
					return
				}
				by = RandomValue
			case v.text == l.Text, c.Meta.Origin == cassette.Docs && by.Class() != Secret && !isStranger(l.Text, v.rule):
				return
			}
			found = append(found, p.leak(l, by, i, n))
		}
		trial := *i
		p.interaction(&trial)
		p.end()
	}
	return found
}

// isStranger reports whether a text of documentation has a domain that is somebody's, alone or
// in an address.
func isStranger(text string, by ID) (found bool) {
	switch by {
	case identityDomain:
		return !words.IsInventedDomain(graph.WithoutPort(text)) && !isPunctuation(text) // https://.../next
	case identityAddress:
		eachAddress(text, func(address string) string {
			found = found || !words.IsInventedDomain(address[strings.LastIndexByte(address, '@')+1:])
			return address
		})
	}
	return found
}

// leak is one at the place of a leaf, without the names in it that are values.
func (p *pass) leak(at *place.Leaf, rule ID, of *cassette.Interaction, position int) Leak {
	l := Leak{Rule: rule, Interaction: position, Line: of.Line, Excerpt: fmt.Sprintf("%d bytes", len(at.Text))}
	side := "response"
	if p.request {
		side = "request"
	}
	l.Part, l.Path = partOf(side, at.Place())
	if l.Part == "response.body" {
		l.Line = of.BodyLine(l.Path)
	}
	if l.Path != "" {
		l.Path = jsondoc.MaskNames(l.Path, func(name, parent string) bool {
			name = odata.OwnName(name)
			return p.isMemberName(name, parent) || p.r.ledger.faker.IsName(name)
		})
	}
	return l
}

// partOf says in which part of a message a place is, and where in a body of JSON.
func partOf(side, at string) (part, path string) {
	whole, _, _ := strings.Cut(at, ">")
	name, isHeader := strings.CutPrefix(whole, "header.")
	switch {
	case isHeader:
		return side + ".headers." + name, ""
	case strings.HasPrefix(at, "trailer."):
		return side + "." + at, ""
	case strings.HasPrefix(at, "body.$"):
		return side + ".body", strings.TrimPrefix(whole, "body.")
	case bodyPlaces.MatchString(at):
		return side + ".body", ""
	}
	return side + ".url", ""
}

var bodyPlaces = regexp.MustCompile(`^(?:body$|body\.|form\.|part|boundary$|preamble$|epilogue$)`)

// looksRandom distinguishes long values with as many different characters as a random one has
// from words. Ids by form are none of its business.
func looksRandom(s string) bool {
	if len(s) < 24 || len(s) > 512 || strings.ContainsAny(s, " \t\n<>/.:") {
		return false
	}
	if !strings.ContainsAny(s, "0123456789") || s == ascii.ToLower(s) || ascii.All(s, func(c byte) bool { return !ascii.IsLower(c) }) {
		return false
	}
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	entropy := 0.0
	for _, n := range count {
		if n > 0 {
			share := float64(n) / float64(len(s))
			entropy -= share * math.Log2(share)
		}
	}
	return entropy >= 4.2 && identity.Recognise(s) == nil && len(identity.Find(s)) == 0 && !strings.HasPrefix(s, `"`)
}

// A Census says what stands in a cassette for values: how often each pseudonym does.
type Census struct {
	Names       map[string]int // counted pseudonyms
	IDs         map[string]int // computed ones
	Credentials int            // constants of what gives access
	Bytes       int            // texts of filler
}

// CensusOf counts the pseudonyms of a cassette, known by their checks.
func CensusOf(c *cassette.Cassette) Census {
	census := Census{Names: map[string]int{}, IDs: map[string]int{}}
	faker := identity.NewFaker(c.Salt)
	for _, i := range c.Interactions {
		asked, answered := messagesOf(i)
		eachText(func(l *place.Leaf) {
			if isFiller(l.Text) {
				census.Bytes++
				return
			}
			census.Credentials += strings.Count(l.Text, placeholder) + strings.Count(l.Text, fakeJWT)
			for _, span := range faker.FindNames(l.Text) {
				census.Names[l.Text[span.Start:span.End]]++
			}
			for _, atom := range identity.Atoms(l.Text) {
				if identity.IsFake(atom) {
					census.IDs[atom.Text]++
				}
			}
		}, &asked, &answered)
	}
	return census
}
