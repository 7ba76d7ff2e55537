package project

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Draft is a schema that recorded answers suggest.
type Draft struct {
	Path    string // template of the requests' path, "/v1.0/users/{upn}"
	Title   string // what the type may be called
	Answers int    // recorded answers it was drafted from
	Text    []byte
}

// Infer drafts a schema for each path of a cassette whose answers were JSON objects
// and no errors, sorted by path. Of a page its elements count.
func (p *Project) Infer(name string) ([]Draft, error) {
	c, err := p.Cassette(name)
	if err != nil {
		return nil, err
	}
	values, answers := map[string][]any{}, map[string]int{}
	for _, i := range c.Interactions {
		path, found := recordedValues(i)
		if len(found) > 0 {
			values[path] = append(values[path], found...)
			answers[path]++
		}
	}
	var drafts []Draft
	for path, found := range values {
		title := titleOf(path)
		drafts = append(drafts, Draft{Path: path, Title: title, Answers: answers[path], Text: generate.Infer(title, found)})
	}
	slices.SortFunc(drafts, func(a, b Draft) int { return strings.Compare(a.Path, b.Path) })
	return drafts, nil
}

// recordedValues are the objects that an interaction answered.
func recordedValues(i *cassette.Interaction) (path string, values []any) {
	u, err := graphurl.Parse(i.Request.URL)
	if err != nil || i.Response.Code >= 300 {
		return "", nil
	}
	doc, err := jsondoc.Parse(i.Response.Body)
	object, ok := doc.(map[string]any)
	if err != nil || !ok {
		return "", nil
	}
	elements, isPage := object["value"].([]any)
	if !isPage {
		return u.Template(), []any{object}
	}
	for _, element := range elements {
		if _, ok := element.(map[string]any); ok {
			values = append(values, element)
		}
	}
	return u.Template(), values
}

var words = regexp.MustCompile(`[A-Za-z]+`)

// titleOf is the last word of a path, ids aside.
func titleOf(path string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 1; i-- {
		if word := words.FindString(segments[i]); word != "" && !strings.HasPrefix(segments[i], "{") {
			return word
		}
	}
	return "answer"
}

// CheckFile validates a file of JSON as a value of a type.
func (p *Project) CheckFile(file, api, typ string) (report.Case, error) {
	told := report.Case{Name: clean(file) + " as " + typ, File: clean(file)}
	text, err := plainfile.ReadFile(file)
	if err != nil {
		return told, fmt.Errorf("check: %w", err)
	}
	doc, err := jsondoc.Parse(string(text))
	var syntax *jsondoc.SyntaxError
	if errors.As(err, &syntax) {
		place := fault.Place{File: clean(file), Line: syntax.Line, Column: syntax.Column}
		return told, fmt.Errorf("check %w", &fault.Error{Place: place, Message: "not JSON: " + syntax.Message})
	} else if err != nil {
		return told, fmt.Errorf("check %s: not JSON: %w", clean(file), err)
	}
	violations, err := p.Schemas.Validate(api, typ, doc, schema.Options{})
	if err != nil {
		return told, err
	}
	for _, v := range violations {
		f := report.Finding{
			Rule: conform.SchemaRule(v.Rule), Severity: conform.Severity(v), Where: v.Path, Want: v.Want, Got: v.Got,
			Place:  report.Place{File: clean(file), Line: jsondoc.Line(string(text), v.Path)},
			Remark: conform.Source(v.File, v.Line),
		}
		told.Findings = append(told.Findings, f)
	}
	return told, nil
}
