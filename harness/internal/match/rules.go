package match

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Rules is the "match" part of rules.yaml, whose words were checked when that was read. The zero
// Rules is the shipped default.
type Rules struct {
	Order Order
	Match []Rule
	Bind  Bind
}

// Bind says whether the pseudonyms of a cassette stand for values of the session.
type Bind string

// The positions of Bind.
const (
	BindOn       Bind = "on"       // default: yes, where a cassette holds pseudonyms
	BindRecorded Bind = "recorded" // likewise, but not for what a client writes and nothing is known of
	BindOff      Bind = "off"      // requests are compared as they are
)

// Order says how far recorded order binds reads to related writes.
type Order string

// The orders.
const (
	OrderPrefer Order = "prefer" // default: an answer recorded after a related write is preferred only once that write was replayed
	OrderStrict Order = "strict" // such an answer is a miss until then
	OrderKey    Order = "key"    // each key keeps its own order and nothing else counts
)

// A Rule changes how the requests that it is for are matched. Of several rules
// for one request all ignored fields count, and the last repeat policy.
type Rule struct {
	On     string   // "METHOD path-glob", e.g. "GET */calendarView"; METHOD may be *
	Ignore []string // query.NAME, header.NAME, body.JSONPATH
	Repeat Repeat   // "" keeps the default
}

// YAML is the rule as it stands in rules.yaml.
func (r Rule) YAML() string {
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	text := "match:\n  - on: " + quoted(r.On)
	var ignored []string
	for _, field := range r.Ignore {
		ignored = append(ignored, quoted(field))
	}
	if ignored != nil {
		text += "\n    ignore: [" + strings.Join(ignored, ", ") + "]"
	}
	if r.Repeat != "" {
		text += "\n    repeat: " + string(r.Repeat)
	}
	return text
}

// Repeat says what happens once a key's answers are used up.
type Repeat string

// The repeat policies.
const (
	RepeatNever Repeat = "never" // a miss; the default of writes
	RepeatLast  Repeat = "last"  // the last answer again, without end
	RepeatCycle Repeat = "cycle" // all answers again, from the first
)

// Orders, Binds and Repeats list the words that rules.yaml may have.
func Orders() []Order   { return []Order{OrderPrefer, OrderStrict, OrderKey} }
func Binds() []Bind     { return []Bind{BindOn, BindRecorded, BindOff} }
func Repeats() []Repeat { return []Repeat{RepeatNever, RepeatLast, RepeatCycle} }

// Validate reports the first rule that cannot be understood.
func (r Rules) Validate() error {
	_, err := compileRules(r)
	return err
}

// A ruleSet is Rules, ready to be applied.
type ruleSet []compiledRule

type compiledRule struct {
	method string // "*" for any
	glob   string
	effect effect
}

// effect is what the rules for one request come to.
type effect struct {
	queries []string // in lower case, without "$"
	headers []string
	bodies  []*jsondoc.Path
	repeat  Repeat
}

func compileRules(rules Rules) (ruleSet, error) {
	var set ruleSet
	for i, rule := range rules.Match {
		compiled, err := compileRule(rule)
		if err != nil {
			return nil, fmt.Errorf("match rule %d (on %q): %w", i+1, rule.On, err)
		}
		set = append(set, compiled)
	}
	return set, nil
}

func compileRule(rule Rule) (compiledRule, error) {
	method, glob, _ := strings.Cut(strings.TrimSpace(rule.On), " ")
	compiled := compiledRule{strings.ToUpper(method), strings.TrimSpace(glob), effect{repeat: rule.Repeat}}
	if compiled.glob == "" {
		return compiled, errors.New(`"on" needs a method and a path, such as "GET */calendarView"`)
	}
	for _, field := range rule.Ignore {
		if err := compiled.effect.ignore(field); err != nil {
			return compiled, fmt.Errorf("ignore %q: %w", field, err)
		}
	}
	return compiled, nil
}

func (e *effect) ignore(field string) error {
	where, name, _ := strings.Cut(field, ".")
	switch {
	case name == "":
	case where == "query":
		e.queries = append(e.queries, optionName(name))
		return nil
	case where == "header":
		if h := significant(name); h >= 0 { // others never count
			e.headers = append(e.headers, headerNames[h])
		}
		return nil
	case where == "body":
		path, err := jsondoc.ParsePath(name)
		e.bodies = append(e.bodies, path)
		return err
	}
	return errors.New("must be query.NAME, header.NAME or body.JSONPATH")
}

// optionName folds the spellings of a query option's name: "$" is optional and
// letter case means nothing (concepts/call-api).
func optionName(name string) string {
	return strings.ToLower(strings.TrimPrefix(name, "$"))
}

// effectOn gathers what the rules say about a request. A rule's glob is for the canonical path
// with and without its version, and for the template.
func (s ruleSet) effectOn(method string, u *graphurl.URL) (total effect) {
	for _, rule := range s {
		covers := func(path string) bool { return globMatches(rule.glob, path) }
		path := u.Path()
		if (rule.method == "*" || rule.method == method) && (covers(path) || covers(strings.TrimPrefix(path, "/"+u.Version)) || covers(u.Template())) {
			total.queries = append(total.queries, rule.effect.queries...)
			total.bodies = append(total.bodies, rule.effect.bodies...)
			total.headers = append(total.headers, rule.effect.headers...)
			total.repeat = cmp.Or(rule.effect.repeat, total.repeat)
		}
	}
	return total
}

// globMatches holds a text against a glob, in which * stands for any run of characters, slashes
// included. Its time grows with the lengths alone.
func globMatches(glob, text string) bool {
	words := strings.Split(glob, "*")
	last := len(words) - 1
	if last == 0 {
		return glob == text
	}
	text, ok := strings.CutPrefix(text, words[0])
	for _, word := range words[1:last] {
		if ok {
			_, text, ok = strings.Cut(text, word)
		}
	}
	return ok && strings.HasSuffix(text, words[last])
}
