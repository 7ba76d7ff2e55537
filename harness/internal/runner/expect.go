package runner

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
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
