package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// longestTable bounds the findings of one case in Markdown: a pull request's text may not
// be longer than 65,536 characters.
const longestTable = 50

// renderMarkdown writes the suite for a pull request or a job's summary: what failed, a
// table a case, and an example of each change as a diff.
func renderMarkdown(w io.Writer, s *Suite, _ Style) error {
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
		fmt.Fprintf(out, "\n%d more with nothing to tell.\n", clean)
	}
	return out.Flush()
}

func markdownCase(out *bufio.Writer, c *Case) {
	name := c.Name
	if name == "" {
		name = c.File
	}
	fmt.Fprintf(out, "\n### %s %s\n\n| | what | where | was or wanted | is |\n| --- | --- | --- | --- | --- |\n", markdownStatus(c.Status), markdown(name))
	for i := range c.Findings[:min(len(c.Findings), longestTable)] {
		f := &c.Findings[i]
		what := markdown(f.Sentence())
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
	for i := range c.Findings[:min(len(c.Findings), longestTable)] {
		markdownExample(out, &c.Findings[i])
	}
}

func markdownStatus(s Status) string {
	switch s {
	case Passed:
		return "✅"
	case Skipped:
		return "⏭️"
	}
	return "❌"
}

// markdownExample shows the first example's marked lines as a diff.
func markdownExample(out *bufio.Writer, f *Finding) {
	if len(f.Examples) == 0 {
		return
	}
	was, is := f.Examples[0].Old.marked(), f.Examples[0].New.marked()
	if was == is {
		return
	}
	fence := "```"
	for strings.Contains(was+is, fence) {
		fence += "`"
	}
	fmt.Fprintf(out, "\n<details><summary>%s</summary>\n\n%sdiff\n", markdown(f.Sentence()), fence)
	for _, side := range []struct{ sign, text string }{{"-", was}, {"+", is}} {
		if side.text != "" {
			fmt.Fprintf(out, "%s %s\n", side.sign, Visible(side.text))
		}
	}
	fmt.Fprintf(out, "%s\n\n</details>\n", fence)
}

// marked is the line that an excerpt is about.
func (e *Excerpt) marked() string {
	n := e.First
	for line := range strings.Lines(e.Text) {
		if n == e.Marked {
			return strings.TrimSuffix(line, "\n")
		}
		n++
	}
	return ""
}

// escapeMarkdown keeps text from being read as Markdown or HTML.
var escapeMarkdown = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "#", "\\#", "@", "&#64;", "~", "\\~",
)

func markdown(text string) string { return escapeMarkdown.Replace(Visible(text)) }

// code is text as code within a table's cell, where even there a bar must be escaped.
func code(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	text = strings.ReplaceAll(Visible(text), "|", "\\|")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 || strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
