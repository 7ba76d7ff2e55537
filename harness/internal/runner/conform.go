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
		API: s.step.API, Schema: typ, Placeholders: a.view().fromDocs(),
	}
	if a.redirected { // another address says nothing of what was asked for
		e.URL = "/?" + a.request.URL.RawQuery
	}
	for id, part := range s.step.Parts {
		if part.Schema != "" {
			if e.Parts == nil {
				e.Parts = map[string]string{}
			}
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
