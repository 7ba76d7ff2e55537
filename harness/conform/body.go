package conform

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

type values struct {
	Exchange
	schemas *schema.Set
	api     string
	address *graphurl.URL
	result  Result
}

// body validates the answer's body as what it is expected to be.
func (v *values) body(expected route.Answer) error {
	options := v.options()
	switch expected.Shape {
	case route.Nothing:
		if v.Answer.Text != "" {
			v.result.problem(ruleAnswerBody, report.Warning, jsondoc.Root, "no body: metadata declares none", v.shown())
		}
		return nil
	case route.Bytes, route.Unchecked:
		return nil
	case route.Count:
		if !digits.MatchString(strings.TrimPrefix(v.Answer.Text, "\ufeff")) {
			v.result.problem(ruleAnswerCount, report.Error, jsondoc.Root, "a number", v.shown())
		}
		return nil
	}
	if !v.Answer.IsJSON {
		v.missing(expected)
		return nil
	}
	v.annotations()
	switch expected.Shape {
	case route.Object:
		return v.typed(expected.Type, jsondoc.Root, v.Answer.Doc, options)
	case route.Page:
		return v.typed(odata.CollectionOf(expected.Type), jsondoc.Root, v.Answer.Doc, options)
	case route.Value:
		return v.value(expected)
	case route.Reference:
		return v.validate("odata.reference", jsondoc.Root, v.Answer.Doc, v.plain())
	case route.References:
		return v.validate(odata.CollectionOf("odata.reference"), jsondoc.Root, v.Answer.Doc, v.plain())
	case route.Batch:
		return v.validate(batchType, jsondoc.Root, v.Answer.Doc, v.plain())
	}
	return nil
}

var digits = regexp.MustCompile(`^\s*\d+\s*$`)

// missing reports an answer without the body that is due. A write may be answered
// without one (Prefer: return=minimal).
func (v *values) missing(expected route.Answer) {
	if v.Schema != "" {
		return // it is a problem already
	}
	severity := report.Error
	if !strings.EqualFold(v.Method, http.MethodGet) && v.Answer.Text == "" {
		severity = report.Note
	}
	v.result.problem(ruleAnswerBody, severity, jsondoc.Root, expected.String()+" as JSON", v.kind())
}

// value checks a result that is no object: it is wrapped in one.
func (v *values) value(expected route.Answer) error {
	body, _ := v.Answer.Doc.(map[string]any)
	value, ok := body["value"]
	if !ok {
		v.result.problem(ruleAnswerValue, report.Error, "$['value']", expected.Type, "nothing")
		return nil
	}
	return v.typed(expected.Type, "$['value']", value, v.plain())
}

// annotations checks those of an answer that clients rely on (OData JSON format
// 4.0, section 4.5).
func (v *values) annotations() {
	body, _ := v.Answer.Doc.(map[string]any)
	for _, name := range []string{odata.Context, odata.NextLink, odata.DeltaLink} {
		value, ok := body[name]
		text, isText := value.(string)
		if ok && (!isText || !strings.Contains(text, "://") && !v.Placeholders) {
			v.result.problem(ruleAnswerAnnotation, report.Error, jsondoc.AppendPath(jsondoc.Root, name), "an absolute address", jsondoc.Brief(value))
		}
	}
	if count, ok := body[odata.Count]; ok && !v.counts(count) {
		v.result.problem(ruleAnswerAnnotation, report.Error, jsondoc.AppendPath(jsondoc.Root, odata.Count), "a number of entities", jsondoc.Brief(count))
	}
}

// counts reports whether a value is a number of entities, which is an Edm.Int64.
func (e *Exchange) counts(value any) bool {
	if text, isText := value.(string); isText && e.longTexts() {
		return digits.MatchString(text)
	}
	n, isNumber := value.(json.Number)
	return isNumber && !strings.ContainsAny(string(n), "-.eE")
}

// untyped says why the answer was not validated, if it was not.
func (v *values) untyped(reason string) {
	if v.Schema == "" {
		v.result.Reason = reason
	}
}

// typed validates against the schema of a type of metadata, if the project has it.
func (v *values) typed(typ, at string, doc any, options schema.Options) error {
	if !v.schemas.Has(v.api, typ) {
		v.untyped(fmt.Sprintf("there is no schema of %s in %s", odata.Bare(typ), v.api))
		return nil
	}
	return v.validate(typ, at, doc, options)
}

// validate validates a value at a place of the answer, unless that was done because the
// type is named.
func (v *values) validate(typ, at string, doc any, options schema.Options) error {
	if typ == v.Schema && at == jsondoc.Root {
		return nil
	}
	violations, err := v.schemas.Validate(v.api, typ, doc, options)
	if err != nil {
		return err
	}
	v.result.violations(violations, at)
	return nil
}

// below is a path relative to a place, as a path.
func below(at, path string) string { return at + strings.TrimPrefix(path, jsondoc.Root) }

// shown is a body that should not be there.
func (e *Exchange) shown() string {
	if e.Answer.IsJSON {
		return jsondoc.Brief(e.Answer.Doc)
	}
	return e.kind()
}
