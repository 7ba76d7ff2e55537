package runner

import (
	"fmt"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

func (c nestedChecker) count(m *scenario.Matcher, s subject) []failure {
	if m.Count == nil {
		return nil
	}
	n, unit := 0, ""
	switch v := s.value.(type) {
	case []any:
		n, unit = len(v), "elements"
	case map[string]any:
		n, unit = len(v), "members"
	case string:
		n, unit = utf8.RuneCountInString(v), "characters"
	}
	if inRange(n, m.Count) {
		return nil
	}
	want := countText(m.Count)
	return []failure{{
		place: s.place, rule: ruleExpectCount, line: s.line, want: plain(want), got: plain(fmt.Sprint(n)),
		is: phrase{"has %d %s, wanted %s", []any{n, unit, want}},
	}}
}

func inRange(n int, c *scenario.Count) bool {
	return n >= c.Min && (c.Max < 0 || n <= c.Max)
}

func countText(c *scenario.Count) string {
	switch {
	case c.Max < 0:
		return fmt.Sprintf("at least %d", c.Min)
	case c.Min == c.Max:
		return fmt.Sprint(c.Min)
	}
	return fmt.Sprintf("%d to %d", c.Min, c.Max)
}

func (c nestedChecker) each(m *scenario.Matcher, s subject) []failure {
	if m.Each == nil {
		return nil
	}
	var failures []failure
	for i, element := range s.value.([]any) {
		failures = append(failures, c.checks(m.Each, element, s.below(jsondoc.AppendPath("$", i)))...)
	}
	return failures
}

// some needs one element for which all checks hold. Its failure says what is
// wrong with the element that came nearest.
func (c nestedChecker) some(m *scenario.Matcher, s subject) []failure {
	if m.Some == nil {
		return nil
	}
	elements := s.value.([]any)
	var nearest []failure
	for i, element := range elements {
		failures := c.checks(m.Some, element, s.below(jsondoc.AppendPath("$", i)))
		if len(failures) == 0 {
			return nil
		}
		if nearest == nil || len(failures) < len(nearest) {
			nearest = failures
		}
	}
	f := failure{
		place: s.place, rule: ruleExpectSome, line: s.line,
		want: plain("an element as described"), got: plain(fmt.Sprintf("%d elements, none of them so", len(elements))),
		message: phrase{"none of the %d elements of %s is as wanted", []any{len(elements), s.where}},
	}
	if nearest != nil {
		f.message = phrase{"%s; the nearest: %s", []any{f.message, nearest[0].sentence()}}
	}
	return []failure{f}
}

// json checks the document inside a string, such as a teamsAsyncOperation's
// values (beta/api/teamsasyncoperation-get). Its paths continue the string's own.
func (c nestedChecker) json(m *scenario.Matcher, s subject) []failure {
	if m.JSON == nil {
		return nil
	}
	doc, err := jsondoc.Parse(s.value.(string))
	if err != nil {
		return s.failAs(ruleExpectJSON, "a JSON document", "which is not JSON: %v", err)
	}
	inside := s.place
	inside.opaque = true
	return c.checks(m.JSON, doc, inside)
}

func (c nestedChecker) sameAs(m *scenario.Matcher, s subject) []failure {
	if m.SameAs == nil {
		return nil
	}
	other, name, ok := c.refer(m.SameAs, s.line)
	switch {
	case !ok && name == "":
		return nil
	case !ok:
		return s.failAs(ruleExpectSameAs, name, "but there is no %s to be the same as", name)
	case same(s, other) || plainText(s.value) == plainText(other):
		return nil
	}
	return s.failAs(ruleExpectSameAs, jsonText(other), "wanted the same as %s, %s", name, hold(jsonText(other)))
}

func (c nestedChecker) notBefore(m *scenario.Matcher, s subject) []failure {
	if m.NotBefore == nil {
		return nil
	}
	other, name, ok := c.refer(m.NotBefore, s.line)
	if !ok && name == "" {
		return nil
	}
	if !ok {
		return s.failAs(ruleExpectNotBefore, name, "but there is no %s to compare with", name)
	}
	want := "not before " + plainText(other)
	got, err := parseInstant(s.value.(string))
	if err != nil {
		return s.failAs(ruleExpectNotBefore, want, "which is not a date-time")
	}
	least, err := parseInstant(plainText(other))
	if err != nil {
		return s.failAs(ruleExpectNotBefore, want, "but %s, %s, is not a date-time", name, hold(jsonText(other)))
	}
	order, err := got.compare(least)
	if err != nil {
		return s.failAs(ruleExpectNotBefore, want, "which cannot be compared with %s, %s: %v", name, hold(jsonText(other)), err)
	}
	if order < 0 {
		return s.failAs(ruleExpectNotBefore, want, "which is before %s, %s", name, hold(jsonText(other)))
	}
	return nil
}

// refer finds the other value of a comparison and what to call it. Without a
// name it could not be evaluated, which is remembered.
func (c nestedChecker) refer(ref *scenario.Reference, line int) (value any, name string, ok bool) {
	switch {
	case ref.Path != "":
		path, err := jsondoc.ParsePath(ref.Path)
		if err != nil {
			c.stuck(ruleRunPath, line, "path %s: %v", ref.Path, err)
			return nil, "", false
		}
		nodes := path.Select(c.root)
		if len(nodes) == 0 {
			return nil, ref.Path, false
		}
		return nodes[0].Value, ref.Path, true
	case ref.Header != "":
		value := c.header.Get(ref.Header)
		return value, "header." + ref.Header, value != ""
	case ref.Value != nil:
		if value, ok := c.expand(ref.Value, line); ok {
			return value, given(ref.Value), true
		}
	}
	return nil, "", false
}

func given(t *scenario.Template) string {
	if names := t.Variables(); len(names) > 0 {
		return braced(names)
	}
	return "the given value"
}
