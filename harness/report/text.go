package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// longestValue bounds a wanted or received value in text; JSON has all of it.
const longestValue = 400

// renderText writes one line a case, below it what was found, and a summary.
func renderText(w io.Writer, s *Suite, style Style) error {
	out := bufio.NewWriter(w)
	names := make([]string, len(s.Cases))
	column := 0
	for i := range s.Cases {
		names[i] = Visible(cmp.Or(s.Cases[i].Name, s.Cases[i].File))
		column = max(column, utf8.RuneCountInString(names[i]))
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		if style.Quiet && quiet(c) || style.Brief && c.Status == Passed && len(c.Findings) == 0 {
			continue
		}
		fmt.Fprintln(out, caseLine(c, names[i], column, style))
		writeFindings(out, c, style)
	}
	if len(s.Cases) > 0 && !style.Quiet {
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, paint(summaryLine(s), summaryColor(s.Summary()), style))
	return out.Flush()
}

// mostAlike bounds how many warnings, or notes, of one rule text tells of a case;
// further ones are counted. Other kinds of report have all of them.
const mostAlike = 10

func writeFindings(out io.Writer, c *Case, style Style) {
	alike, count := map[Rule]int{}, map[Rule]int{}
	for j := range c.Findings {
		alike[c.Findings[j].Rule]++
	}
	for j := range c.Findings {
		f := &c.Findings[j]
		if style.Quiet && f.Severity == Note {
			continue
		}
		count[f.Rule]++
		switch n, all := count[f.Rule], alike[f.Rule]; {
		case f.Severity == Error || n <= mostAlike || all == mostAlike+1:
			writeFinding(out, c, f, style)
		case n == all:
			rest := n - mostAlike
			fmt.Fprintf(out, "       %s and %d more %ss of %s; --report json has all of them\n",
				paint(f.Severity.String()+":", dim, style), rest, f.Severity, Visible(string(f.Rule)))
		}
	}
}

// quiet reports whether a case has nothing to tell that could matter.
func quiet(c *Case) bool {
	for i := range c.Findings {
		if c.Findings[i].Severity > Note {
			return false
		}
	}
	return c.Status == Passed || c.Status == Skipped
}

func caseLine(c *Case, name string, column int, style Style) string {
	mark, color := "ok   ", green
	switch c.Status {
	case Failed:
		mark, color = "FAIL ", red
	case Errored:
		mark, color = "ERROR", red
	case Skipped:
		mark, color = "skip ", dim
	}
	line := paint(mark, color, style) + "  " + name
	if c.Status == Skipped || c.Steps == 0 && c.Duration == 0 {
		return line
	}
	line += strings.Repeat(" ", column-utf8.RuneCountInString(name))
	if c.Steps > 0 {
		line += fmt.Sprintf("  %3d %-5s", c.Steps, "step"+plural(c.Steps))
	} else {
		line += strings.Repeat(" ", len("    1 step "))
	}
	return line + paint(fmt.Sprintf("  %6.2fs", c.Duration.Seconds()), dim, style)
}

func writeFinding(out io.Writer, c *Case, f *Finding, style Style) {
	const indent = "       "
	head := Visible(cmp.Or(f.Place.String(), c.File))
	if head != "" { // else it is about no file
		head += ": "
	}
	fmt.Fprintf(out, "%s%s%s\n", indent, head, headline(f, style))
	for _, line := range describe(f, false)[1:] {
		fmt.Fprintf(out, "%s    %s\n", indent, line)
	}
}

// headline names the severity, the step and the place in the answer.
func headline(f *Finding, style Style) string {
	label, color := f.Severity.String(), red
	switch f.Severity {
	case Warning:
		color = yellow
	case Note:
		color = dim
	}
	return paint(label+":", color, style) + " " + describe(f, false)[0]
}

// describe tells a finding in lines, of which the first says what is wrong and
// where in the answer. Full adds the rule and the id.
func describe(f *Finding, full bool) []string {
	var about []string
	if f.Step != "" {
		about = append(about, "step "+Visible(f.Step))
	}
	message := f.block()
	if where := Visible(f.Where); where != "" && !f.namesWhere() {
		about = append(about, where)
	}
	if message[0] != "" {
		about = append(about, message[0])
	}
	out := []string{strings.Join(about, ": ")}
	out = append(out, message[1:]...)
	if f.Want != "" || f.Got != "" {
		want, got := "wanted    ", "got       "
		if f.Fingerprint != "" { // a change, which nobody wanted
			want, got = "was       ", "is        "
		}
		out = append(out, want+value(f.Want), got+value(f.Got))
	}
	if f.Cassette.File != "" {
		out = append(out, "cassette  "+Visible(f.Cassette.String())+interaction(f))
	}
	if f.Hint != "" {
		for i, line := range lines(f.Hint) {
			label := "hint      "
			if i > 0 {
				label = "          "
			}
			out = append(out, label+line)
		}
	}
	if full || f.Fingerprint != "" {
		out = append(out, "rule      "+Visible(string(f.Rule))+" "+f.ID)
	}
	return out
}

func value(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return clip(Visible(s), longestValue)
}

func interaction(f *Finding) string {
	if f.Interaction == nil {
		return ""
	}
	return fmt.Sprintf(" (interaction %d)", *f.Interaction)
}

// summaryLine counts, e.g. "6 scenarios: 5 passed, 1 failed (2 errors, 1 note)".
func summaryLine(s *Suite) string {
	sum := s.Summary()
	line := fmt.Sprintf("%s: %d passed", count(sum.Cases(), caseNoun(s.Command)), sum.Passed)
	for _, part := range []struct {
		n    int
		what string
	}{{sum.Failed, "failed"}, {sum.Errored, "could not be run"}, {sum.Skipped, "skipped"}} {
		if part.n > 0 {
			line += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	var found []string
	for _, part := range []struct {
		n    int
		what string
	}{{sum.Errors, "error"}, {sum.Warnings, "warning"}, {sum.Notes, "note"}} {
		if part.n > 0 {
			found = append(found, count(part.n, part.what))
		}
	}
	if len(found) > 0 {
		line += " (" + strings.Join(found, ", ") + ")"
	}
	return line
}

// caseNoun is what one case of a command is.
func caseNoun(command string) string {
	switch command {
	case "replay", "drift":
		return "scenario"
	case "diff":
		return "cassette"
	case "history":
		return "version"
	case "whatif":
		return "change"
	case "check":
		return "case"
	}
	return "file"
}

func count(n int, noun string) string { return fmt.Sprintf("%d %s%s", n, noun, plural(n)) }

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// ANSI colours (ECMA-48, select graphic rendition).
const (
	red    = "31"
	green  = "32"
	yellow = "33"
	dim    = "2"
)

func paint(text, color string, style Style) string {
	if !style.Color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func summaryColor(sum Summary) string {
	switch {
	case sum.Failed+sum.Errored > 0:
		return red
	case sum.Warnings > 0:
		return yellow
	default:
		return green
	}
}
