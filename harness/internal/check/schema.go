package check

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Schema validates a file of JSON as a value of a type.
func Schema(schemas *schema.Set, file, api, typ string) (report.Case, error) {
	shown := filepath.ToSlash(filepath.Clean(file))
	result := report.Case{Name: shown + " as " + typ, File: shown}
	text, err := plainfile.ReadFile(file)
	if err != nil {
		return result, fmt.Errorf("check: %w", err)
	}
	doc, err := jsondoc.Parse(string(text))
	if err != nil {
		return result, fmt.Errorf("check %w", notJSON(shown, err))
	}
	violations, err := schemas.Validate(api, typ, doc, schema.Options{})
	if err != nil {
		return result, err
	}
	line := inText(string(text), 1, false)
	for _, v := range violations {
		f := report.Finding{
			Rule: conform.SchemaRule(v.Rule), Severity: conform.Severity(v),
			Value: report.Value{Where: v.Path, Want: v.Want, Got: v.Got, Remark: conform.Source(v.File, v.Line)},
			Place: report.Place{File: shown, Line: line(v.Path)},
		}
		result.Findings = append(result.Findings, f)
	}
	return result, nil
}

// ByMetadata has a project judge by files of metadata, by API, in the place of its schemas.
// What is made of them is kept in a temporary folder until it is removed.
func ByMetadata(p *project.Project, metadata map[string]string) (remove func(), err error) {
	dir, err := os.MkdirTemp("", "graphvcr-schemas")
	if err != nil {
		return nil, fmt.Errorf("judge by metadata: %w", err)
	}
	remove = func() { os.RemoveAll(dir) }
	if err := judgeBy(p, metadata, dir); err != nil {
		remove()
		return nil, err
	}
	return remove, nil
}

func judgeBy(p *project.Project, metadata map[string]string, dir string) error {
	for api, file := range metadata {
		m, err := csdl.Load(file)
		if err != nil {
			return err
		}
		if _, err := generate.Write(filepath.Join(dir, api), generate.Schemas(m), false); err != nil {
			return fmt.Errorf("judge by %s: %w", file, err)
		}
	}
	schemas, err := schema.Open(dir)
	if err != nil {
		return fmt.Errorf("judge by metadata: %w", err)
	}
	p.Schemas, p.Answers = schemas, conform.New(schemas)
	return nil
}
