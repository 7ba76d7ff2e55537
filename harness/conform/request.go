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
	s := sent{j.schemas, j.api, &j.result}
	if j.target.Parameters != nil {
		return s.parameters(j.target, body)
	}
	switch j.target.Body.Shape {
	case route.Reference:
		return s.value("odata.reference", inRequest+jsondoc.Root, body)
	case route.Object:
		return s.value(j.target.Body.Type, inRequest+jsondoc.Root, body)
	}
	return nil
}

// sent judges values that were sent. The service took them, so that nothing of them is an error.
type sent struct {
	schemas *schema.Set
	api     string
	result  *Result
}

func (s *sent) parameters(target route.Target, body map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if strings.Contains(name, "@") {
			continue
		}
		value := body[name]
		at := inRequest + jsondoc.AppendPath(jsondoc.Root, name)
		typ := ""
		for declared, of := range target.Parameters {
			if strings.EqualFold(declared, name) {
				typ = of
			}
		}
		if typ == "" {
			s.result.problem(ruleRequestParameter, report.Warning, at, "a parameter of "+target.Operation, jsondoc.Brief(value))
			continue
		}
		if err := s.argument(typ, at, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *sent) argument(typ, at string, value any) error {
	element := odata.Bare(typ)
	items, isArray := value.([]any)
	switch {
	case value == nil:
		return nil
	case element == typ:
		return s.value(typ, at, value)
	case !isArray:
		s.result.problem(requestRule(schema.RuleType), report.Warning, at, "an array of "+element, jsondoc.Brief(value))
		return nil
	}
	for i, item := range items {
		if err := s.value(element, jsondoc.AppendPath(at, i), item); err != nil {
			return err
		}
	}
	return nil
}

func (s *sent) value(typ, at string, value any) error {
	if !s.schemas.Has(s.api, typ) {
		return nil
	}
	violations, err := s.schemas.Validate(s.api, typ, value, schema.Options{Request: true, Placeholders: true, LongTexts: true})
	if err != nil {
		return err
	}
	for _, v := range violations {
		p := Problem{Rule: requestRule(v.Rule), Severity: report.Warning, Where: below(at, v.Path), Want: v.Want, Got: v.Got, File: v.File, Line: v.Line}
		if v.Rule == schema.RuleReadOnly || v.Rule == schema.RuleUsual {
			p.Severity = report.Note
		}
		s.result.Problems = append(s.result.Problems, p)
	}
	return nil
}
