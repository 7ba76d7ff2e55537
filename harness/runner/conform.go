package runner

import (
	"fmt"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// conformity judges an answer by what metadata promises, whatever the step expects
// of it. What Graph may do without notice is a warning, unless the step has an
// expectation of the very field; what documentation shows is no contract.
func (s *stepRun) conformity(a *answer) ([]report.Finding, *halt) {
	if s.opts.Answers == nil || a.redirected {
		return nil, nil
	}
	result, err := s.trail.Check(s.opts.Answers, s.conformed(a))
	if err != nil {
		h := couldNot("run.schema", 0, "check the answer to %s: %v", s.what(a.request), err)
		h.finding.Hint = fault.Hint(err)
		return nil, h
	}
	var findings []report.Finding
	if result.Reason != "" && s.news("answer.untyped", result.Reason) {
		findings = append(findings, report.Finding{
			Rule: "answer.untyped", Severity: report.Note, Interaction: a.source().id(), Cassette: a.source().place(""),
			Message: "the answer was not validated: " + result.Reason,
		})
	}
	for _, p := range result.Problems {
		if s.step.Poll != nil && p.Rule == "answer.order" || p.Severity == report.Note && !s.news(p.Rule, propertyOf(p)) {
			continue // the poll tells of it, or it is told
		}
		findings = append(findings, s.unlike(p, a))
	}
	return findings, nil
}

// conformed is an answer with its request, as package conform takes it.
func (s *stepRun) conformed(a *answer) conform.Exchange {
	e := conform.Exchange{
		Method: a.request.Method, URL: a.request.URL.String(), Request: conform.Sent(a.request),
		Status: a.status, Header: a.header, Answer: conform.Body{Text: a.text, Doc: a.doc, IsJSON: a.isJSON},
		Placeholders: a.view().fromDocs(),
	}
	if s.step.Expect != nil {
		e.Schema = s.step.Expect.Schema
	}
	return e
}

// unlike is a problem as a finding.
func (s *stepRun) unlike(p conform.Problem, a *answer) report.Finding {
	at := place{where: p.Where}
	if strings.HasPrefix(p.Where, jsondoc.Root) {
		at.at = p.Where
	}
	message := fmt.Sprintf("%s is %s, wanted %s", p.Where, cut(p.Got), p.Want)
	if p.File != "" {
		message += fmt.Sprintf(" (%s:%d)", p.File, p.Line)
	}
	f := failure{place: at, rule: p.Rule, want: p.Want, got: cut(p.Got), message: message}.finding(a)
	f.Severity = p.Severity
	if p.Severity == report.Warning && s.named[p.Where] {
		f.Severity = report.Error
	}
	if a.view().fromDocs() {
		f.Severity = min(f.Severity, report.Warning)
	}
	return f
}

// propertyOf tells what a note is about, wherever it stands: the same property of
// every element of a page is told once.
func propertyOf(p conform.Problem) string {
	return p.File + p.Where[strings.LastIndexByte(p.Where, '[')+1:]
}

// news reports whether something is told for the first time in this run.
func (r *run) news(rule, what string) bool {
	key := rule + "\x00" + what
	if r.told[key] {
		return false
	}
	if r.told == nil {
		r.told = map[string]bool{}
	}
	r.told[key] = true
	return true
}
