package project

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Rules are what rules.yaml says: how requests are matched, what is redacted, for how long
// a recording is good and how bad a change is.
type Rules struct {
	Match  match.Rules
	Redact redact.Rules
	// Expires is how long recordings are good for that do not say so themselves; "" is
	// for ever.
	Expires string
	Diff    DiffRules
	Hosts   HostRules
}

// HostRules say which hosts belong to a recording beside Graph's, and how bad it is that
// others are refused on replay, or left out of an import.
type HostRules struct {
	Record []string // as hosts.Check wants them
	Refuse report.Severity
}

// Set is the hosts that a recording begins with.
func (h HostRules) Set() *hosts.Set {
	set := hosts.NewSet()
	_ = set.Name(h.Record...) // they were checked when they were read
	return set
}

// DiffRules override the severities of package diff's rules, by their ids.
type DiffRules struct {
	Severity map[diff.ID]report.Severity
	Off      []diff.ID
}

// LoadRules reads a rules file (schemas/graphvcr/rules.json is its schema). What
// the file says is done or is an error: no key is passed over in silence.
func LoadRules(file string) (Rules, error) {
	data, err := plainfile.ReadFile(file)
	if err != nil {
		return Rules{}, &fault.Error{Message: "read rules", Hint: "name an existing file with --rules", Cause: err}
	}
	if saysNothing(string(data)) {
		return Rules{}, nil
	}
	return strictyaml.Decode(file, data, decodeRules)
}

// saysNothing reports whether a file holds only comments and blank lines.
func saysNothing(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line != "---" && line[0] != '#' {
			return false
		}
	}
	return true
}

func decodeRules(root strictyaml.Value) Rules {
	var rules Rules
	root.Only("the rules", []string{"match", "order", "bind", "redact", "diff", "expires", "hosts"})
	rules.Match.Order = oneOf(root.At("order"), "order", match.Orders()...)
	rules.Match.Bind = oneOf(root.At("bind"), "switch", match.Binds()...)
	rules.Expires = root.At("expires").Text()
	_, err := cassette.ParseLifetime(rules.Expires)
	obey(root.At("expires"), err)
	for _, item := range root.At("match").Items() {
		rules.Match.Match = append(rules.Match.Match, decodeRule(item))
	}
	rules.Redact = decodeRedact(root.At("redact"))
	rules.Diff = decodeDiff(root.At("diff"))
	rules.Hosts = decodeHosts(root.At("hosts"))
	contradict(root, rules)
	return rules
}

func decodeHosts(v strictyaml.Value) HostRules {
	var rules HostRules
	if !v.IsSet() || !v.Only("hosts", []string{"record", "refuse"}) {
		return rules
	}
	for _, item := range v.At("record").Items() {
		obey(item, hosts.Check(item.Text()))
		rules.Record = append(rules.Record, item.Text())
	}
	if refuse := v.At("refuse"); refuse.IsSet() {
		_ = rules.Refuse.UnmarshalText([]byte(oneOf(refuse, "severity", "error", "warning", "note"))) // oneOf reports another
	}
	return rules
}

func decodeDiff(v strictyaml.Value) DiffRules {
	var rules DiffRules
	var known []string
	for _, rule := range diff.Rules() {
		known = append(known, string(rule.ID))
	}
	for _, id := range metadiff.Rules() {
		known = append(known, string(id))
	}
	if !v.IsSet() || !v.Only("diff", known) {
		return rules
	}
	for _, id := range known {
		at := v.At(id)
		switch word := oneOf(at, "severity", "error", "warning", "note", "off"); word {
		case "":
		case "off":
			rules.Off = append(rules.Off, diff.ID(id))
		default:
			if rules.Severity == nil {
				rules.Severity = map[diff.ID]report.Severity{}
			}
			var severity report.Severity
			_ = severity.UnmarshalText([]byte(word)) // it is one of those
			rules.Severity[diff.ID(id)] = severity
		}
	}
	return rules
}

func decodeRedact(v strictyaml.Value) redact.Rules {
	var rules redact.Rules
	if !v.IsSet() || !v.Only("redact", []string{"identity", "content", "unknown", "tags", "disable", "keep", "keep-members", "keep-headers", "keep-fresh"}) {
		return rules
	}
	for key, to := range map[string]*redact.Switch{"identity": &rules.Identity, "content": &rules.Content, "tags": &rules.Tags} {
		if oneOf(v.At(key), "switch", "on", "off") == "off" {
			*to = redact.Off
		}
	}
	if oneOf(v.At("unknown"), "treatment", "replace", "keep") == "keep" {
		rules.Unknown = redact.Off
	}
	rules.KeepFresh = v.At("keep-fresh").Bool()
	list := func(key string, to *[]string, part func([]string) redact.Rules) {
		for _, item := range v.At(key).Items() {
			obey(item, part([]string{item.Text()}).Validate())
			*to = append(*to, item.Text())
		}
	}
	list("disable", &rules.Disable, func(ids []string) redact.Rules { return redact.Rules{Disable: ids} })
	list("keep", &rules.Keep, func(values []string) redact.Rules { return redact.Rules{Keep: values} })
	list("keep-members", &rules.KeepMembers, func(names []string) redact.Rules { return redact.Rules{KeepMembers: names} })
	list("keep-headers", &rules.KeepHeaders, func(names []string) redact.Rules { return redact.Rules{KeepHeaders: names} })
	return rules
}

// obey puts what another package says of a part of its rules to the part's place.
func obey(v strictyaml.Value, err error) {
	if err != nil && v.Kind() == strictyaml.String { // else it is reported already
		v.Fault(fault.Hint(err), "%v", err)
	}
}

func decodeRule(item strictyaml.Value) match.Rule {
	if !item.Only("a match rule", []string{"on", "ignore", "repeat"}) {
		return match.Rule{}
	}
	item.Require("a match rule", "on")
	rule := match.Rule{On: decodeOn(item.At("on"))}
	for _, field := range item.At("ignore").Items() {
		text := field.Text()
		obey(field, judged(match.Rule{On: "* *", Ignore: []string{text}}))
		rule.Ignore = append(rule.Ignore, text)
	}
	rule.Repeat = oneOf(item.At("repeat"), "repeat policy", match.Repeats()...)
	return rule
}

// methods are those that Graph's API reference uses.
var methods = []string{"*", "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"}

func decodeOn(v strictyaml.Value) string {
	on := v.Text()
	method, _, found := strings.Cut(on, " ")
	if found && !slices.Contains(methods, method) {
		v.Fault(fault.Suggest(method, methods), "unknown method %q", method)
		return on
	}
	obey(v, judged(match.Rule{On: on}))
	return on
}

// judged is what package match says of one part of a rule, without the rule's number, which the
// place makes idle.
func judged(part match.Rule) error {
	err := match.Rules{Match: []match.Rule{part}}.Validate()
	return cmp.Or(errors.Unwrap(err), err)
}

func oneOf[W ~string](v strictyaml.Value, what string, words ...W) W {
	word := W(v.Text())
	if word != "" && !slices.Contains(words, word) {
		var known []string
		for _, w := range words {
			known = append(known, string(w))
		}
		v.Fault(fault.Suggest(string(word), known), "unknown %s %q", what, word)
	}
	return word
}

// contradict refuses rules of which one makes another say nothing, each good by itself. The
// fault stands at the later of the two.
func contradict(root strictyaml.Value, rules Rules) {
	if rules.Match.Bind == match.BindRecorded && rules.Redact.Tags == redact.Off {
		root.At("bind").Fault("leave one of the two out",
			"`bind: recorded` knows a name by its tag, and `redact: {tags: off}` in line %d keeps none", root.At("redact").At("tags").Line())
	}
	items := root.At("match").Items()
	for n, later := range items {
		repeat := later.At("repeat")
		if !repeat.IsSet() {
			continue
		}
		for _, earlier := range items[:n] {
			is := earlier.At("repeat")
			if is.IsSet() && is.Text() != repeat.Text() && covers(later.At("on").Text(), earlier.At("on").Text()) {
				repeat.Fault("of several rules for one request the last repeat counts: put the narrower rule behind the wider one",
					"`repeat: %s` for %q leaves nothing of `repeat: %s` for %q in line %d", repeat.Text(), later.At("on").Text(), is.Text(), earlier.At("on").Text(), is.Line())
			}
		}
	}
}

// covers reports whether one "METHOD path-glob" is for every request that another is for, as
// far as their spelling shows.
func covers(wide, narrow string) bool {
	wideMethod, wideGlob, _ := strings.Cut(strings.TrimSpace(wide), " ")
	narrowMethod, narrowGlob, _ := strings.Cut(strings.TrimSpace(narrow), " ")
	wideGlob, narrowGlob = strings.TrimSpace(wideGlob), strings.TrimSpace(narrowGlob)
	switch {
	case wideMethod != "*" && !strings.EqualFold(wideMethod, narrowMethod):
		return false
	case wideGlob == narrowGlob, wideGlob == "*":
		return true
	}
	tail, ok := strings.CutPrefix(wideGlob, "*/")
	return ok && !strings.ContainsAny(tail, "*?[") && strings.HasSuffix(narrowGlob, "/"+tail)
}
