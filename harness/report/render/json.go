package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/graphvcr/graphvcr/harness/report"
)

// jsonVersion is raised when a reader of the old document would misread the new
// one. schemas/graphvcr/report.json is its schema.
const jsonVersion = 1

type jsonSuite struct {
	Version int         `json:"version"`
	Summary jsonSummary `json:"summary"`
	Cases   []jsonCase  `json:"cases"`
}

type jsonSummary struct {
	Command  string           `json:"command"`
	Cases    int              `json:"cases"`
	Passed   int              `json:"passed"`
	Failed   int              `json:"failed"`
	Error    int              `json:"error"`
	Skipped  int              `json:"skipped"`
	Findings jsonFindings     `json:"findings"`
	FailOn   *report.Severity `json:"fail_on,omitempty"` // unless error
	Ordered  bool             `json:"ordered,omitempty"`
	Noun     string           `json:"noun,omitempty"`
	Shard    *report.Shard    `json:"shard,omitempty"`
}

type jsonFindings struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Note    int `json:"note"`
}

type jsonCase struct {
	Name       string        `json:"name"`
	File       string        `json:"file"`
	Status     report.Status `json:"status"`
	DurationMS int64         `json:"duration_ms"`
	Steps      int           `json:"steps,omitempty"`
	Label      string        `json:"label,omitempty"`
	Findings   []jsonFinding `json:"findings"`

	Interactions []jsonExchange `json:"interactions,omitempty"`
	Shown        *jsonShown     `json:"shown,omitempty"` // of a shard
}

type jsonFinding struct {
	ID          string          `json:"id"`
	Rule        report.Rule     `json:"rule"`
	Severity    report.Severity `json:"severity"`
	Step        string          `json:"step"`
	Interaction *int            `json:"interaction"`
	File        string          `json:"file"`
	Line        int             `json:"line"`
	Cassette    *report.Place   `json:"cassette"`
	Where       string          `json:"where"`
	Message     string          `json:"message"`
	Want        string          `json:"want"`
	Got         string          `json:"got"`
	Hint        string          `json:"hint,omitempty"`

	// What the message is made of, for those who render it again.
	Column         int          `json:"column,omitempty"`
	CassetteColumn int          `json:"cassette_column,omitempty"`
	Parts          *jsonWording `json:"parts,omitempty"`
	Fingerprint    string       `json:"fingerprint,omitempty"`

	Miss *jsonMiss `json:"miss,omitempty"`
}

// jsonWording is what a sentence is made of; it is left out where the message is the sentence.
type jsonWording struct {
	Message string `json:"message,omitempty"`
	Is      string `json:"is,omitempty"`
	Remark  string `json:"remark,omitempty"`
	Details string `json:"details,omitempty"`
	Part    string `json:"part,omitempty"`
}

// jsonMiss is a request that had no answer, and what was recorded near it.
type jsonMiss struct {
	Method  string     `json:"method"`
	URL     string     `json:"url"`
	Verdict string     `json:"verdict"`
	Nearest []jsonNear `json:"nearest"`
}

type jsonNear struct {
	Method      string              `json:"method"`
	URL         string              `json:"url"`
	Interaction *int                `json:"interaction"`
	Cassette    report.Place        `json:"cassette"`
	Differences []report.Difference `json:"differences"`
}

// jsonExchange is an interaction that graphvcr view shows. Bodies are texts, JSON indented.
type jsonExchange struct {
	Interaction *int           `json:"interaction"`
	Cassette    report.Place   `json:"cassette"`
	Method      string         `json:"method"`
	URL         string         `json:"url"`
	Status      int            `json:"status"`
	DurationMS  int64          `json:"duration_ms"`
	Request     report.Content `json:"request"`
	Response    report.Content `json:"response"`
	Pseudonyms  []string       `json:"pseudonyms"`
}

func init() { renderers["json"] = writeJSON }

func writeJSON(w io.Writer, s *report.Suite, _ Style) error {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(jsonOf(s)); err != nil {
		return err
	}
	_, err := io.WriteString(w, escapeControls(text.String()))
	return err
}

func jsonOf(s *report.Suite) jsonSuite {
	sum := s.Summary()
	doc := jsonSuite{
		Version: jsonVersion,
		Summary: jsonSummary{
			Command: s.Command, Cases: sum.Cases(),
			Passed: sum.Passed, Failed: sum.Failed, Error: sum.Errored, Skipped: sum.Skipped,
			Findings: jsonFindings{Error: sum.Errors, Warning: sum.Warnings, Note: sum.Notes},
			Ordered:  s.Ordered, Noun: s.Noun,
		},
		Cases: make([]jsonCase, 0, len(s.Cases)),
	}
	if s.FailOn == report.Warning {
		doc.Summary.FailOn = &s.FailOn
	}
	if s.Shard.Of > 0 {
		doc.Summary.Shard = &s.Shard
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		out := jsonCase{
			Name: c.Name, File: c.File, Status: c.Status,
			DurationMS: c.Duration.Milliseconds(), Steps: c.Steps, Label: c.Label,
			Findings: make([]jsonFinding, 0, len(c.Findings)),
		}
		for j := range c.Findings {
			out.Findings = append(out.Findings, jsonFindingOf(&c.Findings[j]))
		}
		if s.Command == "view" {
			for j := range c.Exchanges {
				out.Interactions = append(out.Interactions, jsonExchangeOf(&c.Exchanges[j]))
			}
		}
		if s.Shard.Of > 0 {
			out.Shown = shownOf(c)
		}
		doc.Cases = append(doc.Cases, out)
	}
	return doc
}

func jsonFindingOf(f *report.Finding) jsonFinding {
	out := jsonFinding{
		ID: f.ID, Rule: f.Rule, Severity: f.Severity, Step: f.Step,
		Interaction: f.Interaction, File: f.File, Line: f.Line,
		Where: f.Where, Message: f.Sentence(), Want: f.Want, Got: f.Got, Hint: f.Hint,
		Column: f.Column, CassetteColumn: f.Cassette.Column, Fingerprint: f.Fingerprint,
	}
	if parts := (jsonWording{f.Message, f.Is, f.Remark, f.Details, f.Part}); parts != (jsonWording{Message: out.Message}) {
		out.Parts = &parts
	}
	if f.Cassette.File != "" {
		out.Cassette = &report.Place{File: f.Cassette.File, Line: f.Cassette.Line}
	}
	if f.Missed != nil {
		out.Miss = jsonMissOf(f.Missed)
	}
	return out
}

func jsonMissOf(m *report.Miss) *jsonMiss {
	out := &jsonMiss{Method: m.Sent.Method, URL: m.Sent.URL, Verdict: m.Verdict, Nearest: make([]jsonNear, 0, len(m.Nearest))}
	for i := range m.Nearest {
		near := &m.Nearest[i]
		out.Nearest = append(out.Nearest, jsonNear{near.Method, near.URL, near.Interaction, near.Place, append([]report.Difference{}, near.Differences...)})
	}
	return out
}

func jsonExchangeOf(e *report.Exchange) jsonExchange {
	content := func(c report.Content) report.Content {
		if c.Header == nil {
			c.Header = map[string][]string{}
		}
		return c
	}
	return jsonExchange{
		Interaction: e.Interaction, Cassette: e.Place, Method: e.Method, URL: e.URL, Status: e.Status, DurationMS: e.Took.Milliseconds(),
		Request: content(e.Request), Response: content(e.Response), Pseudonyms: append([]string{}, e.Pseudonyms...),
	}
}

// escapeControls escapes DEL and the C1 controls, which encoding/json lets
// through and some terminals obey. In JSON text they can only stand in strings.
func escapeControls(text string) string {
	if strings.IndexFunc(text, isHighControl) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isHighControl(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isHighControl(r rune) bool { return r >= 0x7f && r <= 0x9f }
