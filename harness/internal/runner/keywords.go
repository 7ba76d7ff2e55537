package runner

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of matchers, each named after its keyword.
const (
	ruleExpectAbsent    report.Rule = "expect.absent"
	ruleExpectCount     report.Rule = "expect.count"
	ruleExpectEquals    report.Rule = "expect.equals"
	ruleExpectExists    report.Rule = "expect.exists"
	ruleExpectFormat    report.Rule = "expect.format"
	ruleExpectJSON      report.Rule = "expect.json"
	ruleExpectMax       report.Rule = "expect.max"
	ruleExpectMin       report.Rule = "expect.min"
	ruleExpectNotBefore report.Rule = "expect.notBefore"
	ruleExpectOneOf     report.Rule = "expect.oneOf"
	ruleExpectPattern   report.Rule = "expect.pattern"
	ruleExpectSameAs    report.Rule = "expect.sameAs"
	ruleExpectSome      report.Rule = "expect.some"
	ruleExpectType      report.Rule = "expect.type"
)

// condition is what a keyword of a matcher wants of a value.
type condition struct {
	isSet bool
	types []string // of which judge takes any; nil stands for all that there are
	judge func(c *checker, m *scenario.Matcher, s subject) []finding
}

// conditions are those of all keywords but exists and absent, in the order of their findings.
func conditions(m *scenario.Matcher) []condition {
	text, number, array := []string{"string"}, []string{"number"}, []string{"array"}
	return []condition{
		{m.Type != "", []string{m.Type}, nil}, // which is all of it
		{m.Equals != nil, nil, judgeEquals},
		{m.OneOf != nil, nil, judgeOneOf},
		{m.Format != "", text, judgeFormat},
		{m.Pattern != "", text, judgePattern},
		{m.Min != "" || m.Max != "", number, judgeLimits},
		{m.Count != nil, []string{"array", "object", "string"}, judgeCount},
		{m.Each != nil, array, judgeEach},
		{m.Some != nil, array, judgeSome},
		{m.JSON != nil, text, judgeJSON},
		{m.SameAs != nil, nil, judgeSameAs},
		{m.NotBefore != nil, text, judgeNotBefore},
	}
}

// wanted puts a matcher in words, for a place that holds nothing.
func (c *checker) wanted(m *scenario.Matcher) string {
	switch {
	case m.Equals != nil:
		if want, ok := c.expand(m.Equals, m.Line); ok {
			return jsonText(want)
		}
	case m.Format != "":
		return m.Format
	case m.Type != "":
		return article(m.Type)
	case m.Pattern != "":
		return m.Pattern
	}
	return "a value"
}

func judgeEquals(c *checker, m *scenario.Matcher, s subject) []finding {
	want, ok := c.expand(m.Equals, s.line)
	if !ok || same(s, want) {
		return nil
	}
	return s.fail(ruleExpectEquals, jsonText(want))
}

func judgeOneOf(c *checker, m *scenario.Matcher, s subject) []finding {
	var list []string
	for _, template := range m.OneOf {
		want, ok := c.expand(&template, s.line)
		if !ok || same(s, want) {
			return nil
		}
		list = append(list, jsonText(want))
	}
	return s.fail(ruleExpectOneOf, "one of "+strings.Join(list, ", "))
}

func judgeFormat(c *checker, m *scenario.Matcher, s subject) []finding {
	f, _ := identity.Lookup(m.Format) // package scenario knows no other names
	text := s.value.(string)
	if f.Match(text) || c.docs && identity.IsPlaceholder(text) {
		return nil
	}
	return s.failAs(ruleExpectFormat, f.Name, "which is not a %s (%s)", f.Name, f.Doc)
}

func judgePattern(c *checker, m *scenario.Matcher, s subject) []finding {
	if regexp.MustCompile(m.Pattern).MatchString(s.value.(string)) { // package scenario has tried it
		return nil
	}
	return s.failAs(ruleExpectPattern, m.Pattern, "which does not match %s", m.Pattern)
}

func judgeLimits(c *checker, m *scenario.Matcher, s subject) []finding {
	numeral, isText := s.value.(string)
	if !isText {
		numeral = fmt.Sprint(s.value)
	}
	got, ok := parseDecimal(strings.TrimSpace(numeral))
	if !ok {
		return s.failAs(ruleExpectType, "number", "which is too large a number to compare")
	}
	var found []finding
	if least, ok := parseDecimal(m.Min); ok && got.compare(least) < 0 {
		found = s.fail(ruleExpectMin, "at least "+m.Min)
	}
	if most, ok := parseDecimal(m.Max); ok && got.compare(most) > 0 {
		found = append(found, s.fail(ruleExpectMax, "at most "+m.Max)...)
	}
	return found
}

func judgeCount(c *checker, m *scenario.Matcher, s subject) []finding {
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
	f := s.failed(ruleExpectCount, s.line, want, fmt.Sprint(n))
	f.Is = fmt.Sprintf("has %d %s, wanted %s", n, unit, want)
	return []finding{f}
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

func judgeEach(c *checker, m *scenario.Matcher, s subject) []finding {
	var found []finding
	for i, element := range s.value.([]any) {
		found = append(found, c.checks(m.Each, element, s.below(jsondoc.AppendPath("$", i)))...)
	}
	return found
}

// some needs one element for which all checks hold. Its failure says what is
// wrong with the element that came nearest.
func judgeSome(c *checker, m *scenario.Matcher, s subject) []finding {
	elements := s.value.([]any)
	var nearest []finding
	for i, element := range elements {
		found := c.checks(m.Some, element, s.below(jsondoc.AppendPath("$", i)))
		if len(found) == 0 {
			return nil
		}
		if nearest == nil || len(found) < len(nearest) {
			nearest = found
		}
	}
	f := s.failed(ruleExpectSome, s.line, "an element as described", fmt.Sprintf("%d elements, none of them so", len(elements)))
	f.Message = fmt.Sprintf("none of the %d elements of %s is as wanted", len(elements), s.where)
	if nearest != nil {
		f.Message += "; the nearest: " + nearest[0].sentence()
	}
	return []finding{f}
}

// json checks the document inside a string, such as a teamsAsyncOperation's
// values (beta/api/teamsasyncoperation-get). Its paths continue the string's own.
func judgeJSON(c *checker, m *scenario.Matcher, s subject) []finding {
	doc, err := jsondoc.Parse(s.value.(string))
	if err != nil {
		return s.failAs(ruleExpectJSON, "a JSON document", "which is not JSON: %v", err)
	}
	inside := s.place
	inside.opaque = true
	return c.checks(m.JSON, doc, inside)
}

func judgeSameAs(c *checker, m *scenario.Matcher, s subject) []finding {
	other, name, ok := c.refer(m.SameAs, s.line)
	switch {
	case !ok && name == "":
		return nil
	case !ok:
		return s.failAs(ruleExpectSameAs, name, "but there is no %s to be the same as", name)
	case same(s, other) || plainText(s.value) == plainText(other):
		return nil
	}
	return s.failAs(ruleExpectSameAs, jsonText(other), "wanted the same as %s, %s", name, value(jsonText(other)))
}

func judgeNotBefore(c *checker, m *scenario.Matcher, s subject) []finding {
	other, name, ok := c.refer(m.NotBefore, s.line)
	switch {
	case !ok && name == "":
		return nil
	case !ok:
		return s.failAs(ruleExpectNotBefore, name, "but there is no %s to compare with", name)
	}
	want := "not before " + plainText(other)
	got, err := parseInstant(s.value.(string))
	if err != nil {
		return s.failAs(ruleExpectNotBefore, want, "which is not a date-time")
	}
	least, err := parseInstant(plainText(other))
	if err != nil {
		return s.failAs(ruleExpectNotBefore, want, "but %s, %s, is not a date-time", name, value(jsonText(other)))
	}
	order, err := got.compare(least)
	if err != nil {
		return s.failAs(ruleExpectNotBefore, want, "which cannot be compared with %s, %s: %v", name, value(jsonText(other)), err)
	}
	if order < 0 {
		return s.failAs(ruleExpectNotBefore, want, "which is before %s, %s", name, value(jsonText(other)))
	}
	return nil
}

// refer finds the other value of a comparison and what to call it. Without a
// name it could not be evaluated, which is remembered.
func (c *checker) refer(ref *scenario.Reference, line int) (value any, name string, ok bool) {
	switch {
	case ref.Path != nil:
		nodes := ref.Path.Select(c.root)
		if len(nodes) == 0 {
			return nil, ref.Path.String(), false
		}
		return nodes[0].Value, ref.Path.String(), true
	case ref.Header != "":
		value := c.header.Get(ref.Header)
		return value, "header." + ref.Header, value != ""
	case ref.Value != nil:
		value, ok := c.expand(ref.Value, line)
		names := ref.Value.Variables()
		if ok && len(names) > 0 {
			return value, braced(names), true
		}
		if ok {
			return value, "the given value", true
		}
	}
	return nil, "", false
}
