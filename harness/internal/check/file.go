package check

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The ends of names that say what a file holds, in lower case.
var (
	scriptEnds = []string{".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"}
	dataEnds   = []string{".json", ".jsonc", ".json5"}
	yamlEnds   = []string{".yaml", ".yml"}
)

// isCandidate reports whether a file of a folder may hold answers.
func isCandidate(file string) bool {
	end := strings.ToLower(path.Ext(file))
	return end == ".go" || end == ".har" || slices.Contains(slices.Concat(scriptEnds, dataEnds, yamlEnds), end)
}

// contents are what one file holds.
type contents struct {
	answers  []answer
	findings []report.Finding // of what could not be read of it
	inOrder  bool             // the answers are one recording
}

// read reads a file. The error says that it is not what its name says that it is. A file of a
// folder is not asked to hold answers: what is no JSON and does not speak of OData is nothing.
func (c *checker) read(file string, named bool) (*contents, error) {
	end := strings.ToLower(path.Ext(file))
	switch {
	case end == ".har":
		return c.recording(importer.Of(importer.HAR), file)
	case slices.Contains(yamlEnds, end):
		return c.inYAML(file)
	}
	data, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	text := string(data)
	switch {
	case end == ".go":
		return goAnswers(file, text)
	case slices.Contains(scriptEnds, end):
		return scriptAnswers(text), nil
	}
	if format := importer.FormatOf(text); format != nil && format.Kind != importer.VCRPy {
		return c.recording(format, file)
	}
	return dataAnswers(file, text, named)
}

// dataAnswers are those in a file of JSON.
func dataAnswers(file, text string, named bool) (*contents, error) {
	plain := jsondoc.Plain(text)
	doc, _, err := jsondoc.ParseMended(plain)
	switch {
	case err == nil:
	case !named && !strings.Contains(text, "odata."):
		return &contents{}, nil
	default:
		return nil, notJSON(file, err)
	}
	f := forms{line: inText(plain, 1, false)}
	f.whole(doc)
	return &contents{answers: f.found}, nil
}

// notJSON says where a file is no JSON.
func notJSON(file string, err error) error {
	e := &fault.Error{Place: fault.Place{File: file}, Message: "not JSON: " + err.Error()}
	if syntax := (*jsondoc.SyntaxError)(nil); errors.As(err, &syntax) {
		e.Line, e.Column, e.Message = syntax.Line, syntax.Column, "not JSON: "+syntax.Message
	}
	return e
}

// inYAML are the answers of recordings and cassettes; any other YAML has none.
func (c *checker) inYAML(file string) (*contents, error) {
	format, err := importer.FormatOfFile(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("check: %w", err)
	case format == nil || !format.IsYAML():
		return &contents{}, nil
	case format.Kind != importer.VCRPy:
		return c.recording(format, file)
	}
	loaded, err := cassette.Load(file)
	if err == nil {
		return exchangesOf(loaded, loaded.Meta.Origin == cassette.Docs), nil
	}
	if foreign, foreignErr := c.recording(format, file); foreignErr == nil {
		return foreign, nil
	}
	return nil, err
}

// recording are the exchanges of another tool's file.
func (c *checker) recording(format *importer.Format, file string) (*contents, error) {
	r, err := importer.Reader{Known: c.project.Rules.Hosts.Set, Undrafted: true}.Read(format, file, file, nil)
	if err != nil {
		return nil, err
	}
	found := exchangesOf(r.Cassette, format.IsHandwritten())
	for _, f := range r.Findings {
		if f.Severity > report.Note {
			found.findings = append(found.findings, f)
		}
	}
	return found, nil
}

// exchangesOf are a cassette's. Those that documentation shows have placeholders for values.
func exchangesOf(c *cassette.Cassette, documented bool) *contents {
	found := &contents{inOrder: true}
	for _, i := range c.Interactions {
		e := judge.ExchangeOf(i, documented)
		found.answers = append(found.answers, answer{Exchange: e, name: i.Request.Method + " " + i.Request.URL, line: func(path string) int {
			if line := i.BodyLine(path); line > 0 {
				return line
			}
			return i.Line
		}})
	}
	return found
}

// textAnswers are those of JSON in source code: a text that begins on a line. Exact says that
// its lines are the file's.
func textAnswers(text string, line int, exact bool) []answer {
	if !mayHold(text) {
		return nil
	}
	doc, err := jsondoc.Parse(text)
	if err != nil {
		return []answer{{Exchange: conform.Exchange{Answer: conform.Body{Text: text}}, name: "text", line: func(string) int { return line }}}
	}
	f := forms{code: true, line: inText(text, line, !exact)}
	f.whole(doc)
	return f.found
}
