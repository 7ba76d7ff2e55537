package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Escapes of GitHub's workflow commands (actions/toolkit, command.ts).
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func init() { renderers["github"] = writeGitHub }

// writeGitHub writes one annotation a finding, and the summary as a plain line. Quiet
// leaves out notes, and the summary.
func writeGitHub(w io.Writer, s *report.Suite, style Style) error {
	out := bufio.NewWriter(w)
	for i := range s.Cases {
		c := &s.Cases[i]
		for j := range c.Findings {
			f := &c.Findings[j]
			if style.Quiet && f.Severity == report.Note {
				continue
			}
			fmt.Fprintf(out, "::%s%s::%s\n", strings.Replace(f.Severity.String(), "note", "notice", 1), properties(c, f),
				escapeData.Replace(strings.Join(describe(f, true), "\n")))
		}
	}
	if !style.Quiet {
		fmt.Fprintln(out, summaryLine(s))
	}
	return out.Flush()
}

// properties says where the annotation stands: the scenario's line, or the
// cassette's when the scenario has no part in it.
func properties(c *report.Case, f *report.Finding) string {
	at := f.Place
	if at.File == "" {
		at = f.Cassette
	}
	if at.File == "" {
		at.File = c.File
	}
	props := " file=" + escapeProperty.Replace(visible.Text(at.File))
	if at.Line > 0 {
		props += fmt.Sprintf(",line=%d", at.Line)
	}
	if at.Column > 0 {
		props += fmt.Sprintf(",col=%d", at.Column)
	}
	return props + ",title=" + escapeProperty.Replace(visible.Text(c.Name))
}
