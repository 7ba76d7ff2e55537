package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// longestTable bounds the findings of one case in Markdown: a pull request's text may not
// be longer than 65,536 characters.
const longestTable = 50

func init() { renderers["markdown"] = writeMarkdown }

// writeMarkdown writes the suite for a pull request or a job's summary: what failed, a
// table a case, and an example of each change as a diff.
func writeMarkdown(w io.Writer, s *report.Suite, _ Style) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "## graphvcr %s: %s\n", s.Command, summaryLine(s))
	clean := 0
	for i := range s.Cases {
		c := &s.Cases[i]
		if len(c.Findings) == 0 {
			clean++
			continue
		}
		markdownCase(out, c)
	}
	if clean > 0 && clean < len(s.Cases) {
		fmt.Fprintf(out, "\n%d more without findings.\n", clean)
	}
	return out.Flush()
}

func markdownCase(out *bufio.Writer, c *report.Case) {
	fmt.Fprintf(out, "\n### %s %s\n\n| | what | where | was, or want | is, or got |\n| --- | --- | --- | --- | --- |\n", markdownStatus[c.Status], markdown(cmp.Or(c.Name, c.File)))
	all := severestFirst(c)
	all = all[:min(len(all), longestTable)]
	for _, f := range all {
		what := markdownSentence(f)
		if f.Step != "" {
			what = "step " + markdown(f.Step) + ": " + what
		}
		if at := f.Place.String(); at != "" {
			what += "<br>" + code(at)
		}
		fmt.Fprintf(out, "| %s | %s<br>%s | %s | %s | %s |\n", f.Severity, what, code(string(f.Rule)+" "+f.ID), code(f.Where), code(f.Want), code(f.Got))
	}
	if more := len(c.Findings) - longestTable; more > 0 {
		fmt.Fprintf(out, "\nand %d more\n", more)
	}
	for _, f := range all {
		markdownExample(out, f)
	}
}

// markdownSentence is a finding's sentence within a table's cell, its details below it.
func markdownSentence(f *report.Finding) string {
	var b strings.Builder
	b.WriteString(markdown(strings.TrimSuffix(f.Sentence(), f.Details)))
	for line := range strings.Lines(strings.TrimPrefix(f.Details, "\n")) {
		b.WriteString("<br>" + markdown(strings.TrimRight(line, "\n")))
	}
	return b.String()
}

var markdownStatus = map[report.Status]string{report.Passed: "✅", report.Failed: "❌", report.Errored: "❌", report.Skipped: "⏭️"}

// mostDiff bounds the lines of an example in Markdown.
const mostDiff = 12

// markdownExample shows what differs in the first example as a diff, with the line before it.
func markdownExample(out *bufio.Writer, f *report.Finding) {
	if len(f.Examples) == 0 {
		return
	}
	shown := diffLines(&f.Examples[0])
	if len(shown) == 0 {
		return
	}
	fence := "```"
	for strings.Contains(strings.Join(shown, "\n"), fence) {
		fence += "`"
	}
	fmt.Fprintf(out, "\n<details><summary>%s</summary>\n\n%sdiff\n%s\n%s\n\n</details>\n", markdown(f.Sentence()), fence, strings.Join(shown, "\n"), fence)
}

// diffLines are the lines around the one that an example is about, those that are gone or
// came with their sign.
func diffLines(e *report.Example) []string {
	s := sidesOf(e)
	rows, _ := s.rows()
	at := slices.IndexFunc(rows, func(r pageRow) bool { return r.Marked && r.Kind != "same" && r.Kind != "loose" })
	if at < 0 {
		at = slices.IndexFunc(rows, func(r pageRow) bool { return r.Kind != "same" && r.Kind != "loose" && r.Kind != "fold" })
	}
	if at < 0 {
		return nil
	}
	var shown []string
	for _, r := range rows[max(at-1, 0):min(at+mostDiff, len(rows))] {
		switch r.Kind {
		case "gone", "pair":
			shown = append(shown, "- "+r.Old)
			if r.Kind == "pair" {
				shown = append(shown, "+ "+r.New)
			}
		case "come":
			shown = append(shown, "+ "+r.New)
		case "same", "loose":
			shown = append(shown, "  "+r.New)
		default:
			return shown
		}
	}
	return shown
}

// escapeMarkdown keeps text from being read as Markdown or HTML.
var escapeMarkdown = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "#", "\\#", "@", "&#64;", "~", "\\~",
)

func markdown(text string) string { return escapeMarkdown.Replace(visible.Text(text)) }

// code is text as code within a table's cell, where even there a bar must be escaped.
func code(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	text = strings.ReplaceAll(visible.Text(text), "|", "\\|")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
