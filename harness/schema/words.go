package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

const (
	maxListed = 12         // names in a list of what was wanted
	absent    = "(absent)" // what was got where there is nothing
)

// wants says in words what a keyword of JSON Schema asks, with {} for its value.
var wants = map[string]string{
	"additionalProperties": "no other members",
	"const":                "{}",
	"exclusiveMaximum":     "less than {}",
	"exclusiveMinimum":     "more than {}",
	string(RuleFalse):      "nothing here",
	"maxItems":             "at most {} elements",
	"maxLength":            "at most {} characters",
	"maxProperties":        "at most {} members",
	"maximum":              "at most {}",
	"minItems":             "at least {} elements",
	"minLength":            "at least {} characters",
	"minProperties":        "at least {} members",
	"minimum":              "at least {}",
	"multipleOf":           "a multiple of {}",
	"not":                  "anything but {}",
	"uniqueItems":          "no two equal elements",
}

func (l leaf) wanted() string {
	if l.want != "" {
		return l.want
	}
	var keyword any
	if l.src != nil {
		keyword, _ = l.src.lookup(l.pointer)
	}
	switch l.rule {
	case RuleType:
		return strings.Join(texts(keyword), " or ")
	case RuleEnum:
		if strings.HasSuffix(l.pointer, membersOf) {
			return "some of " + listed(texts(keyword)) + ", with commas between"
		}
		return "one of " + listed(texts(keyword))
	case RuleFormat:
		name := fmt.Sprint(keyword)
		if f, ok := identity.Lookup(name); ok && f.Doc != "" {
			return name + ": " + f.Doc
		}
		return name
	case RulePattern:
		return fmt.Sprintf("text that matches %v", keyword)
	}
	text := jsondoc.Brief(keyword)
	if want, known := wants[string(l.rule)]; known {
		return strings.Replace(want, "{}", text, 1)
	}
	return fmt.Sprintf("%s %s", l.rule, text)
}

// isEvolvable reports whether Graph may add members to the enum that a leaf is
// about (concepts/best-practices-concept).
func (l leaf) isEvolvable() bool {
	around := strings.TrimSuffix(strings.TrimSuffix(l.pointer, "/"+membersOf), "/enum")
	return l.src != nil && l.src.graphFacts(around).Evolvable
}

// texts is a keyword's value, one or several, as texts.
func texts(keyword any) []string {
	list, ok := keyword.([]any)
	if !ok {
		list = []any{keyword}
	}
	all := make([]string, len(list))
	for i, item := range list {
		if text, ok := item.(string); ok {
			all[i] = text
		} else {
			all[i] = jsondoc.Brief(item)
		}
	}
	return all
}

// listed joins names, of which a long list is cut.
func listed(names []string) string {
	if len(names) <= maxListed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, and %d more", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
}

type findings struct {
	set        *Set
	violations []Violation
	faults     []error
}

// report notes a violation of what a schema says at pointer, by the current value
// or by what lies more steps below it.
func (t *trail) report(key typeKey, pointer string, v Violation, more ...step) {
	v.Path = normalized(t.path, more...)
	t.add(key, pointer, v)
}

func (f *findings) add(key typeKey, pointer string, v Violation) {
	v.File = f.set.file(key)
	if src := f.set.source(key); src != nil {
		v.Line, _ = src.place(pointer)
	}
	f.violations = append(f.violations, v)
}

// source is the text of a file that has been compiled, or nil.
func (s *Set) source(key typeKey) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.library.sources[key.path()]
}

// sorted are the violations in the order of their paths. A fault in one of the schemas wins
// over all of them.
func (f *findings) sorted() ([]Violation, error) {
	if len(f.faults) > 0 {
		// The walk goes through objects in no order; answer the same on every run.
		return nil, slices.MinFunc(f.faults, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	}
	slices.SortFunc(f.violations, func(a, b Violation) int {
		return cmp.Or(comparePaths(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Want, b.Want))
	})
	return slices.Compact(f.violations), nil // a subtype's run repeats what its base's found
}

// comparePaths orders paths as people count: [2] comes before [10].
func comparePaths(a, b string) int {
	for i := 0; i < min(len(a), len(b)); i++ {
		if a[i] == b[i] {
			continue
		}
		if x, y := digits(a[i:]), digits(b[i:]); (x > 0 || y > 0) && i > 0 && (a[i-1] == '[' || ascii.IsDigit(a[i-1])) && x != y {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(a[i], b[i])
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && ascii.IsDigit(s[n]) {
		n++
	}
	return n
}
