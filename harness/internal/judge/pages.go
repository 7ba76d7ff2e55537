package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Pages judges pages of documentation.
type Pages struct {
	schemas *schema.Set
	answers *conform.Checker
	indexes *route.Indexes
}

// NewPages judges by a project's schemas.
func NewPages(p *project.Project) *Pages {
	return &Pages{schemas: p.Schemas, answers: p.Answers, indexes: route.In(p.Dirs.Schemas)}
}

// Holds reports whether the project has the schema of a type of an API, and an answer
// of documentation has nothing that the schema does not.
func (p *Pages) Holds(api, typ string, i *cassette.Interaction) bool {
	body := answerOf(i)
	if !body.IsJSON || !p.schemas.Has(api, typ) {
		return false
	}
	violations, err := p.schemas.Validate(api, typ, body.Doc, optionsOf(i))
	return err == nil && len(violations) == 0
}

func answerOf(i *cassette.Interaction) conform.Body {
	return conform.BodyOf(i.Response.Body, i.Response.Headers.Get("Content-Type"))
}

func optionsOf(i *cassette.Interaction) schema.Options {
	selected, expanded := conform.Selection(i.Request.URL)
	return schema.Options{Select: selected, Expand: expanded, Placeholders: true}
}

// Types compares the types that documentation names, one for each interaction, with the
// project's metadata and schemas: "" is not compared. It also reports what a beta example
// shows that v1.0 lacks, and once for each API that there is no metadata to compare with. The
// types are those of metadata where it has them, else those that documentation names.
func (p *Pages) Types(c *cassette.Cassette, named []string, file string) (types []string, findings []report.Finding, err error) {
	j := page{Pages: p, file: file, noted: map[string]bool{}}
	types = slices.Clone(named)
	for n, i := range c.Interactions {
		u, err := graphurl.Parse(i.Request.URL)
		if err != nil || u.Version == "" {
			continue
		}
		j.interaction, j.n, j.api, j.typ = i, n, u.Version, named[n]
		j.folder()
		if index, _ := p.indexes.Of(u.Version); index != nil && i.Response.Code < 400 {
			j.spelling(index)
		}
		if named[n] == "" || i.Response.Code >= 300 {
			continue
		}
		result, err := p.answers.Check(ExchangeOf(i, c.Meta.Origin == cassette.Docs))
		if err != nil {
			return nil, nil, fmt.Errorf("judge %s: %w", file, err)
		}
		if result.Checked {
			if j.compare(result) {
				types[n] = result.Type
			}
		} else {
			j.once(ruleDocsMetadata, fmt.Sprintf("there is no index of the paths of %s: the types that the page names were not compared with metadata", j.api))
			j.validate()
		}
		if j.api == "beta" {
			j.elsewhere("v1.0")
		}
	}
	return types, j.findings, nil
}

// page is one that is judged.
type page struct {
	*Pages
	file        string
	interaction *cassette.Interaction
	n           int
	api, typ    string
	findings    []report.Finding
	noted       map[string]bool
}

func (j *page) add(rule report.Rule, severity report.Severity, message string) *report.Finding {
	n := j.n
	j.findings = append(j.findings, report.Finding{
		Rule: rule, Severity: severity, Interaction: &n, Place: report.Place{File: j.file},
		Message: message,
	})
	return &j.findings[len(j.findings)-1]
}

// addAt reports what a value is and should be.
func (j *page) addAt(rule report.Rule, severity report.Severity, where, want, got string) *report.Finding {
	f := j.add(rule, severity, "")
	f.Where, f.Want, f.Got = where, want, got
	return f
}

func (j *page) once(rule report.Rule, message string) {
	if !j.noted[message] {
		j.noted[message] = true
		j.add(rule, report.Note, message)
	}
}

// compare holds the type that is named against that of metadata, which is surer where
// they differ.
func (j *page) compare(result conform.Result) (surer bool) {
	if !strings.Contains(j.typ, ".") { // "stream", "string"
		return false
	}
	relation, err := j.answers.Relate(j.api, odata.Bare(j.typ), odata.Bare(result.Type))
	switch {
	case err != nil:
	case relation == conform.Undeclared:
		j.addAt(ruleDocsType, report.Warning, "$", "a type of metadata", j.typ).Message = fmt.Sprintf("the page names the type %s, which the metadata of %s does not have", odata.Bare(j.typ), j.api)
	case relation == conform.Apart:
		j.addAt(ruleDocsType, report.Warning, "$", result.Type, j.typ).Message = fmt.Sprintf("the page says that the answer is %s, and metadata says %s", j.typ, result.Type)
		return true
	}
	return false
}

// validate validates the answer as what it is said to be.
func (j *page) validate() {
	body := answerOf(j.interaction)
	if !body.IsJSON {
		return
	}
	if !j.schemas.Has(j.api, j.typ) {
		j.once(ruleDocsMetadata, fmt.Sprintf("there is no schema of %s in %s: the answer was not validated", odata.Bare(j.typ), j.api))
		return
	}
	e := ExchangeOf(j.interaction, true)
	e.Schema = j.typ
	result, err := j.answers.Check(e)
	if err != nil {
		return // lint reports a schema that does not compile
	}
	for _, p := range result.Problems {
		j.addAt(p.Rule, min(p.Severity, report.Warning), p.Where, p.Want, p.Got).Remark = conform.Source(p.File, p.Line)
	}
}

// elsewhere reports what another version of the API does not have.
func (j *page) elsewhere(api string) {
	body := answerOf(j.interaction)
	if !body.IsJSON || !j.schemas.Has(api, j.typ) {
		return
	}
	here := map[string]bool{}
	if own, err := j.schemas.Validate(j.api, j.typ, body.Doc, optionsOf(j.interaction)); err == nil {
		for _, v := range own {
			here[v.Path] = true
		}
	}
	there, err := j.schemas.Validate(api, j.typ, body.Doc, optionsOf(j.interaction))
	if err != nil {
		return
	}
	for _, v := range there {
		if !here[v.Path] {
			j.addAt(ruleDocsVersion, report.Note, v.Path, v.Want, v.Got).Is = fmt.Sprintf("is %s, which %s does not have: wanted %s (%s:%d)", v.Got, api, v.Want, v.File, v.Line)
		}
	}
}
