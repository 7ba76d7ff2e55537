package conform

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// body validates the answer's body as what it was taken for.
func (j *judgement) body(expected route.Answer) error {
	options := j.options()
	switch expected.Shape {
	case route.Nothing:
		if j.Answer.Text != "" {
			j.problem(ruleAnswerBody, report.Warning, jsondoc.Root, "no body: metadata declares none", j.shown())
		}
		return nil
	case route.Bytes, route.Unchecked:
		return nil
	case route.Count:
		if !digits.MatchString(strings.TrimPrefix(j.Answer.Text, "\ufeff")) {
			j.problem(ruleAnswerCount, report.Error, jsondoc.Root, "a number", j.shown())
		}
		return nil
	}
	if !j.Answer.IsJSON {
		j.missing(expected)
		return nil
	}
	j.annotations()
	switch expected.Shape {
	case route.Object:
		return j.typed(expected.Type, jsondoc.Root, j.Answer.Doc, options)
	case route.Page:
		return j.typed(odata.CollectionOf(expected.Type), jsondoc.Root, j.Answer.Doc, options)
	case route.Value:
		return j.value(expected)
	case route.Reference:
		return j.validate("odata.reference", jsondoc.Root, j.Answer.Doc, j.plain())
	case route.References:
		return j.validate(odata.CollectionOf("odata.reference"), jsondoc.Root, j.Answer.Doc, j.plain())
	case route.Batch:
		return j.batch()
	}
	return nil
}

var digits = regexp.MustCompile(`^\s*\d+\s*$`)

// missing tells of an answer without the body that is due. A write may be answered
// without one (Prefer: return=minimal).
func (j *judgement) missing(expected route.Answer) {
	if j.Schema != "" {
		return // told already
	}
	severity := report.Error
	if !strings.EqualFold(j.Method, http.MethodGet) && j.Answer.Text == "" {
		severity = report.Note
	}
	j.problem(ruleAnswerBody, severity, jsondoc.Root, expected.String()+" as JSON", j.kind())
}

// value checks a result that is no object: it is wrapped in one.
func (j *judgement) value(expected route.Answer) error {
	body, _ := j.Answer.Doc.(map[string]any)
	value, ok := body["value"]
	if !ok {
		j.problem(ruleAnswerValue, report.Error, "$['value']", expected.Type, "nothing")
		return nil
	}
	return j.typed(expected.Type, "$['value']", value, j.plain())
}

// annotations checks those of an answer that clients rely on (OData JSON format
// 4.0, section 4.5).
func (j *judgement) annotations() {
	body, _ := j.Answer.Doc.(map[string]any)
	for _, name := range []string{odata.Context, odata.NextLink, odata.DeltaLink} {
		value, ok := body[name]
		text, isText := value.(string)
		if ok && (!isText || !strings.Contains(text, "://") && !j.Placeholders) {
			j.problem(ruleAnswerAnnotation, report.Error, jsondoc.AppendPath(jsondoc.Root, name), "an absolute address", brief(value))
		}
	}
	if count, ok := body[odata.Count]; ok && !j.counts(count) {
		j.problem(ruleAnswerAnnotation, report.Error, jsondoc.AppendPath(jsondoc.Root, odata.Count), "a number of entities", brief(count))
	}
}

// counts reports whether a value is a number of entities, which is an Edm.Int64.
func (j *judgement) counts(value any) bool {
	if text, isText := value.(string); isText && j.longTexts() {
		return digits.MatchString(text)
	}
	n, isNumber := value.(json.Number)
	return isNumber && !strings.ContainsAny(string(n), "-.eE")
}

// typed validates against the schema of a type of metadata, if the project has it.
func (j *judgement) typed(typ, at string, doc any, options schema.Options) error {
	if !j.checker.schemas.Has(j.api, typ) {
		j.untyped(fmt.Sprintf("there is no schema of %s in %s", odata.Bare(typ), j.api))
		return nil
	}
	return j.validate(typ, at, doc, options)
}

// validate validates a value at a place of the answer, unless that was done because the
// type is named.
func (j *judgement) validate(typ, at string, doc any, options schema.Options) error {
	if typ == j.Schema && at == jsondoc.Root {
		return nil
	}
	violations, err := j.checker.schemas.Validate(j.api, typ, doc, options)
	if err != nil {
		return err
	}
	j.violations(violations, at)
	return nil
}

// violations makes problems of what a schema found below a place. What the named type's
// schema found at the same place is told once.
func (j *judgement) violations(violations []schema.Violation, at string) {
	type fault struct {
		rule  report.Rule
		where string
	}
	told := map[fault]bool{}
	for _, p := range j.result.Problems {
		told[fault{p.Rule, p.Where}] = true
	}
	for _, v := range violations {
		p := Problem{Rule: SchemaRule(v.Rule), Severity: Severity(v), Where: below(at, v.Path), Want: v.Want, Got: v.Got, File: v.File, Line: v.Line}
		if key := (fault{p.Rule, p.Where}); !told[key] { // a type may say again what its base says
			told[key] = true
			j.result.Problems = append(j.result.Problems, p)
		}
	}
}

// Severity is how bad it is that an answer breaks a schema.
func Severity(v schema.Violation) report.Severity {
	switch {
	case v.Rule == schema.RuleOpen, v.Rule == schema.RuleUsual:
		return report.Note
	case v.Warning:
		return report.Warning
	}
	return report.Error
}

// below is a path relative to a place, as a path.
func below(at, path string) string { return at + strings.TrimPrefix(path, jsondoc.Root) }

// shown is a body that should not be there.
func (j *judgement) shown() string {
	if j.Answer.IsJSON {
		return brief(j.Answer.Doc)
	}
	return j.kind()
}

// maxBrief is how much of a value is shown.
const maxBrief = 80

func brief(v any) string {
	text := []rune(string(jsondoc.Canonical(nil, v)))
	if len(text) > maxBrief {
		return string(text[:maxBrief-1]) + "…"
	}
	return string(text)
}
