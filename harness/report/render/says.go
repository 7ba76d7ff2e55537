package render

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// headline is the sentence without details, with the place in the answer before it where it does
// not name that.
func headline(f *report.Finding) string {
	text := strings.TrimSuffix(f.Sentence(), f.Details)
	if f.Where == "" || namesWhere(f) || f.Missed != nil || f.Fingerprint != "" {
		return text
	}
	return visible.Path(f.Where) + ": " + text
}

// block is the finding in lines: its headline, in which a line break is data that an escape
// stands for, and those of Details.
func block(f *report.Finding) []string {
	block := []string{visible.Text(headline(f))}
	if f.Details != "" {
		block = append(block, visible.Lines(strings.TrimPrefix(f.Details, "\n"))...)
	}
	return block
}

// namesWhere reports whether the sentence begins with Where.
func namesWhere(f *report.Finding) bool {
	return f.Message == "" || f.Part != "" && f.Part == f.Where
}

// saysValues reports whether the sentence states Want and Got.
func saysValues(f *report.Finding) bool { return f.Message == "" && f.Is == "" }
