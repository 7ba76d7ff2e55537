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
	failures := s.checkStatus(e, v)
	failures = append(failures, c.headers(e.Headers, v)...)
	failures = append(failures, c.body(e, v)...)
	s.report(v.answer, failures)
	if c.fault != nil {
		return c.fault
	}
	maps.Copy(s.named, c.looked)
	return nil
}

func (s *stepRun) newChecker(v *view) *checker {
	return &checker{lookup: s.vars.lookup, header: v.header, root: v.doc, docs: v.fromDocs(), looked: map[string]bool{}}
}

func (s *stepRun) report(a *answer, failures []failure) {
	for _, f := range failures {
		s.add(f.finding(a))
	}
}

// checkStatus wants one of the statuses expected. A step that expects none, and
// nothing of the body either, takes any that is no error.
func (s judge) checkStatus(e *scenario.Expect, v *view) []failure {
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
	return []failure{{
		place: v.statusPlace(), rule: ruleExpectStatus, line: e.Line, want: plain(want), got: plain(v.describeStatus()),
	}}
}

func (c *checker) headers(checks []scenario.Check, v *view) []failure {
	var failures []failure
	for i := range checks {
		check := &checks[i]
		name := check.Where.String()
		at, values := v.headerPlace(name), v.header.Values(name)
		if len(values) == 0 {
			failures = append(failures, c.absent(check, at)...)
			continue
		}
		failures = append(failures, c.match(&check.Matcher, subject{
			place: at, value: strings.Join(values, ", "), plain: true, line: check.Line,
		})...)
	}
	return failures
}

func (c *checker) body(e *scenario.Expect, v *view) []failure {
	var failures []failure
	if e.Text != nil {
		failures = c.match(&e.Text.Matcher, subject{place: v.textPlace(), value: v.text, plain: true, line: e.Text.Line})
	}
	if len(e.Body) > 0 && !v.isJSON {
		got := kindOf(v)
		return append(failures, failure{
			place: v.textPlace(), rule: ruleExpectBody, line: e.Body[0].Line,
			want: plain("a JSON body"), got: plain(got), message: plain("the answer has " + got + ", wanted JSON"),
		})
	}
	return append(failures, c.checks(e.Body, v.doc, v.bodyPlace())...)
}

// kindOf says what a body that is not JSON is.
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
