package judge

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what is wrong with a page of documentation.
const (
	ruleDocsFolder   report.Rule = "docs.folder"
	ruleDocsMember   report.Rule = "docs.member"
	ruleDocsMetadata report.Rule = "docs.metadata"
	ruleDocsType     report.Rule = "docs.type"
	ruleDocsVersion  report.Rule = "docs.version"
)

// Cassette reports what in a recording is not as metadata promises, as far as there are
// schemas and an index of paths. The file is what findings name. A note on one property, or
// on an answer without a type, is given once.
func Cassette(answers *conform.Checker, c *cassette.Cassette, file string) ([]report.Finding, error) {
	var findings []report.Finding
	var trail conform.Trail
	type kind struct {
		rule            report.Rule
		file, want, got string
	}
	noted := map[kind]bool{}
	for n, i := range c.Interactions {
		result, err := trail.Check(answers, ExchangeOf(i, c.Meta.Origin == cassette.Docs))
		if err != nil {
			return nil, fmt.Errorf("judge %s: %w", file, err)
		}
		if result.Reason != "" {
			result.Problems = append(result.Problems, conform.Problem{
				Rule: conform.RuleAnswerUntyped, Severity: report.Note, Where: "answer", Want: "a type", Got: result.Reason,
			})
		}
		for _, problem := range result.Problems {
			key := kind{problem.Rule, problem.File, problem.Want, problem.Got}
			if problem.Severity == report.Note && noted[key] {
				continue
			}
			noted[key] = true
			if c.Meta.Origin == cassette.Docs { // what documentation shows is no contract
				problem.Severity = min(problem.Severity, report.Warning)
			}
			findings = append(findings, report.Finding{
				Rule: problem.Rule, Severity: problem.Severity, Interaction: &n, Place: report.Place{File: file},
				Value: report.Value{
					Part: i.Request.Method + " " + i.Request.URL, Where: problem.Where, Want: problem.Want, Got: problem.Got,
					Remark: conform.Source(problem.File, problem.Line),
				},
			})
		}
	}
	return findings, nil
}

// ExchangeOf is an interaction as it is judged; documentation has placeholders for values.
func ExchangeOf(i *cassette.Interaction, documented bool) conform.Exchange {
	return conform.Exchange{
		Placeholders: documented,
		Method:       i.Request.Method, URL: i.Request.URL, Request: conform.BodyOf(i.Request.Body, i.Request.Headers.Get("Content-Type")),
		Status: i.Response.Code, Header: i.Response.Headers, Answer: conform.BodyOf(i.Response.Body, i.Response.Headers.Get("Content-Type")),
	}
}

// Violations is the function that says what is wrong with a recorded interaction, notes
// aside, for a comparison of recordings. A schema that cannot be used judges nothing.
func Violations(answers *conform.Checker) func(*cassette.Interaction) []diff.Violation {
	return func(i *cassette.Interaction) (violations []diff.Violation) {
		result, err := answers.Check(ExchangeOf(i, false))
		if err != nil {
			return nil
		}
		for _, p := range result.Problems {
			if p.Severity > report.Note {
				violations = append(violations, diff.Violation{Rule: p.Rule, Where: p.Where, Want: p.Want, Got: p.Got})
			}
		}
		return violations
	}
}
