package runner

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// expect checks an answer, or a part of one, and reports what is not as
// expected. The halt says that the check itself could not be made.
func (s judge) expect(e *scenario.Expect, v *view) *halt {
	c := s.newChecker(v)
	found := s.checkStatus(e, v)
	found = append(found, c.headers(e.Headers, v)...)
	found = append(found, c.body(e, v)...)
	s.report(v.answer, found...)
	if c.fault != nil {
		return c.fault
	}
	maps.Copy(s.named, c.looked)
	return nil
}

func (s *stepRun) newChecker(v *view) *checker {
	return &checker{lookup: s.vars.lookup, header: v.header, root: v.doc, docs: v.fromDocs(), looked: map[string]bool{}}
}

func (s *stepRun) report(a *answer, found ...finding) {
	for _, f := range found {
		s.add(f.from(a))
	}
}

// checkStatus wants one of the statuses expected. A step that expects none, and
// nothing of the body either, accepts any that is no error.
func (s judge) checkStatus(e *scenario.Expect, v *view) []finding {
	want := "below 400"
	ok := v.status < 400 || s.cleanup && v.status == http.StatusNotFound // it is gone already
	switch {
	case len(e.Status) > 0:
		var list []string
		for _, status := range e.Status {
			list = append(list, strconv.Itoa(status))
		}
		want = strings.Join(list, " or ")
		ok = slices.Contains(e.Status, v.status)
	case len(e.Body) > 0 || e.Text != nil:
		return nil
	}
	if ok {
		return nil
	}
	return []finding{v.statusPlace().failed(ruleExpectStatus, e.Line, want, v.describeStatus())}
}

func (c *checker) headers(checks []scenario.Check, v *view) []finding {
	var found []finding
	for i := range checks {
		check := &checks[i]
		name := check.Where.String()
		at, values := v.headerPlace(name), v.header.Values(name)
		if len(values) == 0 {
			found = append(found, c.absent(check, at)...)
			continue
		}
		found = append(found, c.match(&check.Matcher, subject{
			place: at, value: strings.Join(values, ", "), plain: true, line: check.Line,
		})...)
	}
	return found
}

func (c *checker) body(e *scenario.Expect, v *view) []finding {
	var found []finding
	if e.Text != nil {
		found = c.match(&e.Text.Matcher, subject{place: v.textPlace(), value: v.text, plain: true, line: e.Text.Line})
	}
	if len(e.Body) > 0 && !v.isJSON {
		got := kindOf(v)
		f := v.textPlace().failed(ruleExpectBody, e.Body[0].Line, "a JSON body", got)
		f.Message = "the answer has " + got + ", wanted JSON"
		return append(found, f)
	}
	return append(found, c.checks(e.Body, v.doc, v.bodyPlace())...)
}

func kindOf(v *view) string {
	kind := v.header.Get("Content-Type")
	switch {
	case v.text == "":
		return "no body"
	case kind == "":
		return "a body without content type"
	}
	return "a body of type " + kind
}

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

// conformity judges an answer by what metadata promises, whatever the step expects
// of it, and as the type that the step names. What Graph may do without notice is a
// warning, unless the step has an expectation of the very field; what documentation
// shows is no contract, unless the step names a type.
func (s judge) conformity(a *answer, typ string) ([]finding, *halt) {
	if s.opts.Answers == nil {
		return nil, nil
	}
	e := s.conformed(a, typ)
	result, err := s.trail.Check(s.opts.Answers, e)
	if err != nil {
		h := couldNot(ruleRunSchema, 0, "check the answer to %s: %v", s.what(a.request), err)
		if e.Schema != "" || len(e.Parts) > 0 {
			h = couldNot(ruleRunSchema, s.typed(""), "%v", err)
		}
		h.finding.Hint = fault.Hint(err)
		return nil, h
	}
	var findings []finding
	if result.Reason != "" && s.news(conform.RuleAnswerUntyped, result.Reason) {
		findings = append(findings, a.note(conform.RuleAnswerUntyped, "", "the answer was not validated: "+result.Reason))
	}
	for _, p := range result.Problems {
		// A note on the same property of every element of a page is reported once.
		property := p.File + p.Where[strings.LastIndexByte(p.Where, '[')+1:]
		if s.step.Poll != nil && p.Rule == conform.RuleAnswerOrder || p.Severity == report.Note && !s.news(p.Rule, property) {
			continue // the poll reports it, or it was reported
		}
		findings = append(findings, s.unlike(p, a))
	}
	return findings, nil
}

func (s judge) conformed(a *answer, typ string) conform.Exchange {
	e := conform.Exchange{
		Method: a.request.Method, URL: a.request.URL.String(), Request: conform.Sent(a.request),
		Status: a.status, Header: a.header, Answer: conform.Body{Text: a.text, Doc: a.doc, IsJSON: a.isJSON},
		API: s.step.API, Schema: typ, Parts: map[string]string{}, Placeholders: a.view().fromDocs(),
	}
	if a.redirected { // another address says nothing of what was asked for
		e.URL = "/?" + a.request.URL.RawQuery
	}
	for id, part := range s.step.Parts {
		if part.Schema != "" {

			e.Parts[id] = part.Schema
		}
	}
	return e
}

// typed is the line of the expectation that names the type of an answer, or of a part of
// it; 0 when none does.
func (s judge) typed(part string) int {
	e := s.step.Expect
	if part != "" {
		e = s.step.Parts[part]
	}
	if e.Schema == "" {
		return 0
	}
	return e.Line
}

func (s judge) unlike(p conform.Problem, a *answer) finding {
	at := place{where: p.Where}
	if strings.HasPrefix(p.Where, jsondoc.Root) {
		at = inBody(p.Where)
	}
	f := at.failed(p.Rule, 0, p.Want, value(p.Got))
	f.Remark = conform.Source(p.File, p.Line)
	if p.Rule == conform.RuleSchemaBody {
		f.at, f.Message = jsondoc.Root, fmt.Sprintf("the answer has %s, wanted a %s", p.Got, p.Want)
	}
	f = f.from(a)
	f.Severity = p.Severity
	if p.Severity == report.Warning && s.named[p.Where] {
		f.Severity = report.Error
	}
	typed := 0
	if p.Rule.Within("schema") {
		typed = s.typed(p.Part)
	}
	if f.Line = typed; typed == 0 && a.view().fromDocs() {
		f.Severity = min(f.Severity, report.Warning)
	}
	return f
}

// news reports whether something is reported for the first time in this run.
func (r *run) news(rule report.Rule, what string) bool {
	key := [2]string{string(rule), what}
	if r.reported[key] {
		return false
	}
	r.reported[key] = true
	return true
}
