package project

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Judge tells what in a recording is not as metadata promises, as far as the project
// has schemas and an index of paths. The file is what findings name. What is told of
// one property, or why an answer has no type, is told once.
func (p *Project) Judge(c *cassette.Cassette, file string) ([]report.Finding, error) {
	var findings []report.Finding
	var trail conform.Trail
	type kind struct {
		rule            report.Rule
		file, want, got string
	}
	told := map[kind]bool{}
	for n, i := range c.Interactions {
		result, err := trail.Check(p.Answers, exchangeOf(c, i))
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
			if problem.Severity == report.Note && told[key] {
				continue
			}
			told[key] = true
			if c.Meta.Origin == cassette.Docs { // what documentation shows is no contract
				problem.Severity = min(problem.Severity, report.Warning)
			}
			findings = append(findings, judged(problem, i, n, file))
		}
	}
	return findings, nil
}

func judged(p conform.Problem, i *cassette.Interaction, n int, file string) report.Finding {
	return report.Finding{
		Rule: p.Rule, Severity: p.Severity, Interaction: &n, Place: report.Place{File: file},
		Where: p.Where, Want: p.Want, Got: p.Got, Remark: conform.Source(p.File, p.Line), Part: i.Request.Method + " " + i.Request.URL,
	}
}

func exchangeOf(c *cassette.Cassette, i *cassette.Interaction) conform.Exchange {
	e := ExchangeOf(i)
	e.Placeholders = c.Meta.Origin == cassette.Docs
	return e
}

// ExchangeOf is an interaction as it is judged.
func ExchangeOf(i *cassette.Interaction) conform.Exchange {
	return conform.Exchange{
		Method: i.Request.Method, URL: i.Request.URL, Request: conform.BodyOf(i.Request.Body, i.Request.Headers.Get("Content-Type")),
		Status: i.Response.Code, Header: i.Response.Headers, Answer: conform.BodyOf(i.Response.Body, i.Response.Headers.Get("Content-Type")),
	}
}

// Violations are what is wrong with one recorded interaction, notes aside, for a
// comparison of recordings. A schema that cannot be used judges nothing.
func (p *Project) Violations(i *cassette.Interaction) []diff.Violation {
	result, err := p.Answers.Check(exchangeOf(&cassette.Cassette{}, i))
	if err != nil {
		return nil
	}
	var violations []diff.Violation
	for _, problem := range result.Problems {
		if problem.Severity > report.Note {
			violations = append(violations, diff.Violation{
				Rule: problem.Rule, Where: problem.Where, Want: problem.Want, Got: problem.Got,
			})
		}
	}
	return violations
}
