package runner

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// checker evaluates the checks of one answer.
type checker struct {
	lookup func(name string) (any, bool)
	header http.Header
	root   any             // the document that references are resolved in
	docs   bool            // placeholders of the documentation pass for any format
	looked map[string]bool // places that some check names
	fault  *halt           // the first thing that could not be evaluated
}

// subject is a value that a matcher looks at.
type subject struct {
	place
	value any
	plain bool // from a header or a text, where numbers are spelled out too
	line  int  // of the check
}

// fail says that the value is not what is wanted.
func (s subject) fail(rule report.Rule, want string) []finding {
	return []finding{s.failed(rule, s.line, value(want), value(jsonText(s.value)))}
}

// failAs says it in words of its own, which follow the value.
func (s subject) failAs(rule report.Rule, want, is string, args ...any) []finding {
	found := s.fail(rule, want)
	found[0].Is = fmt.Sprintf("is %s, "+is, append([]any{found[0].Got}, args...)...)
	return found
}

// checks evaluates checks below a document that stands at base.
func (c *checker) checks(checks []scenario.Check, doc any, base place) []finding {
	var found []finding
	for i := range checks {
		check := &checks[i]
		nodes := check.Where.Select(doc)
		if len(nodes) == 0 {
			missing := base.below(check.Where.String())
			missing.at = base.at
			found = append(found, c.absent(check, missing)...)
		}
		for _, node := range nodes {
			here := base.below(node.Path)
			c.looked[here.where] = true
			found = append(found, c.match(&check.Matcher, subject{place: here, value: node.Value, line: check.Line})...)
		}
	}
	return found
}

// absent judges a place that holds nothing.
func (c *checker) absent(check *scenario.Check, at place) []finding {
	m := &check.Matcher
	if m.Exists != nil && !*m.Exists {
		return nil
	}
	want := c.wanted(m)
	f := at.failed(ruleExpectExists, check.Line, value(want), "nothing")
	f.Is = "is absent, want " + f.Want
	return []finding{f}
}

// match evaluates all conditions; a value of the wrong type fails that one only.
func (c *checker) match(m *scenario.Matcher, s subject) []finding {
	if m.Exists != nil && !*m.Exists {
		found := s.fail(ruleExpectAbsent, "nothing")
		found[0].Remark = "there"
		return found
	}
	wanted := slices.DeleteFunc(conditions(m), func(w condition) bool { return !w.isSet })
	var wrong []string // of the types that the value is not, the narrowest
	for _, w := range wanted {
		if w.types != nil && !isOfType(s, w.types) && (wrong == nil || len(w.types) < len(wrong)) {
			wrong = w.types
		}
	}
	switch want := strings.Join(wrong, " or "); {
	case wrong != nil && s.value == nil:
		return s.failAs(ruleExpectType, want, "wanted %s", article(want))
	case wrong != nil:
		return s.failAs(ruleExpectType, want, "which is %s, wanted %s", article(typeOf(s)), article(want))
	}
	var found []finding
	for _, w := range wanted {
		if w.judge != nil {
			found = append(found, w.judge(c, m, s)...)
		}
	}
	return found
}

func (c *checker) expand(t *scenario.Template, line int) (any, bool) {
	value, err := t.Expand(c.lookup)
	if err != nil && c.fault == nil {
		c.fault = couldNot(ruleRunVariable, line, "expand the wanted value: %v", err)
	}
	return value, err == nil
}

// same compares by value; where one side is plain text, by text.
func same(s subject, want any) bool {
	return len(jsondoc.Diff(s.value, want, 1)) == 0 || s.plain && s.value == plainText(want)
}

func plainText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return jsonText(value)
}
