package conform

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// inRequest is what the places of a request begin with.
const inRequest = "request"

// request judges what was sent, if the service took it: a request that was refused
// may be wrong on purpose.
func (j *judgement) request() error {
	body, ok := j.Request.Doc.(map[string]any)
	if j.unsure != nil || j.Status >= 400 || !ok {
		return nil
	}
	if j.target.Parameters != nil {
		return j.parameters(body)
	}
	switch j.target.Body.Shape {
	case route.Reference:
		return j.sent("odata.reference", inRequest+jsondoc.Root, body)
	case route.Object:
		return j.sent(j.target.Body.Type, inRequest+jsondoc.Root, body)
	}
	return nil
}

// parameters judges the body of an action's call.
func (j *judgement) parameters(body map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if strings.Contains(name, "@") {
			continue
		}
		value := body[name]
		at := inRequest + jsondoc.AppendPath(jsondoc.Root, name)
		typ, known := parameter(j.target.Parameters, name)
		if !known {
			j.problem(ruleRequestParameter, report.Warning, at, "a parameter of "+j.target.Operation, brief(value))
			continue
		}
		if err := j.argument(typ, at, value); err != nil {
			return err
		}
	}
	return nil
}

func parameter(parameters map[string]string, name string) (typ string, known bool) {
	for declared, typ := range parameters {
		if strings.EqualFold(declared, name) {
			return typ, true
		}
	}
	return "", false
}

func (j *judgement) argument(typ, at string, value any) error {
	element := odata.Bare(typ)
	items, isArray := value.([]any)
	switch {
	case value == nil:
		return nil
	case element == typ:
		return j.sent(typ, at, value)
	case !isArray:
		j.problem(requestRule(schema.RuleType), report.Warning, at, "an array of "+element, brief(value))
		return nil
	}
	for i, item := range items {
		if err := j.sent(element, jsondoc.AppendPath(at, i), item); err != nil {
			return err
		}
	}
	return nil
}

// sent validates a value that was sent. The service took it, so that nothing of it
// is an error.
func (j *judgement) sent(typ, at string, value any) error {
	if !j.checker.schemas.Has(j.api, typ) {
		return nil
	}
	violations, err := j.checker.schemas.Validate(j.api, typ, value, schema.Options{Request: true, Placeholders: true, LongTexts: true})
	if err != nil {
		return err
	}
	for _, v := range violations {
		p := Problem{Rule: requestRule(v.Rule), Severity: report.Warning, Where: below(at, v.Path), Want: v.Want, Got: v.Got, File: v.File, Line: v.Line}
		if v.Rule == schema.RuleReadOnly || v.Rule == schema.RuleUsual {
			p.Severity = report.Note
		}
		j.result.Problems = append(j.result.Problems, p)
	}
	return nil
}
