package judge

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
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

// Texts is the function that says, for a comparison of recordings, whether metadata declares a
// text (Edm.String) at a path of an answer. It knows the APIs of which the folder of schemas
// has an index.
func Texts(schemas string) func(i *cassette.Interaction, path string) bool {
	indexes := route.In(schemas)
	return func(i *cassette.Interaction, path string) bool { return isText(indexes, i, path) }
}

func isText(indexes *route.Indexes, i *cassette.Interaction, path string) bool {
	address, err := graphurl.Parse(i.Request.URL)
	if err != nil || address.Host != graphurl.Graph || address.Version == "" {
		return false
	}
	index, _ := indexes.Of(address.Version)
	if index == nil { // nothing is declared
		return false
	}
	doc, err := jsondoc.Parse(i.Response.Body)
	if err != nil {
		return false
	}
	typ, at := rootType(index, i, doc), doc
	for _, step := range pathSteps.FindAllStringSubmatch(path, -1) {
		switch v := at.(type) {
		case []any:
			n, err := strconv.Atoi(step[2])
			if err != nil || n >= len(v) {
				return false
			}
			at = v[n]
		case map[string]any:
			if at = v[step[1]]; step[1] == "value" && isEnvelope(v) {
				continue
			}
			if own, ok := v[odata.Type].(string); ok {
				typ = strings.TrimPrefix(own, "#")
			}
			typ = odata.Bare(index.Member(typ, step[1]))
		default:
			return false
		}
	}
	return typ == "Edm.String"
}

// pathSteps are the steps of a normalized path: names, of which none that Graph declares has
// an escape, and indexes.
var pathSteps = regexp.MustCompile(`\['([^'\\]*)'\]|\[(\d+)\]`)

// isEnvelope reports whether an object is a list or a value with what is said of it, and no
// resource that has a member called value.
func isEnvelope(object map[string]any) bool {
	for name := range object {
		if name != "value" && !strings.HasPrefix(name, "@") {
			return false
		}
	}
	return true
}

// rootType is the type of an answer, or of the elements of a list.
func rootType(index *route.Index, i *cassette.Interaction, doc any) string {
	root, _ := doc.(map[string]any)
	if context, ok := root[odata.Context].(string); ok {
		if answer, err := index.Context(context); err == nil {
			return odata.Bare(answer.Type)
		}
	}
	target, err := index.Resolve(i.Request.Method, i.Request.URL)
	if err != nil {
		return ""
	}
	return odata.Bare(target.Answer.Type)
}
