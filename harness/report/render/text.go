package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

func init() { renderers["text"] = writeText }

// writeText writes one line a case, below it what was found, and a summary.
func writeText(w io.Writer, s *report.Suite, style Style) error {
	out := bufio.NewWriter(w)
	names := make([]string, len(s.Cases))
	column := 0
	if style.Width > 0 {
		style.Width = max(style.Width, narrowest)
	}
	for i := range s.Cases {
		names[i] = visible.Text(cmp.Or(s.Cases[i].Name, s.Cases[i].File))
		column = max(column, utf8.RuneCountInString(names[i]))
	}
	if style.Width > 0 { // what stands beside a name takes 28 columns
		column = min(column, style.Width-28)
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		if style.Quiet && quiet(c) || style.Brief && c.Status == report.Passed && len(c.Findings) == 0 {
			continue
		}
		fmt.Fprintln(out, caseLine(c, names[i], column, style))
		writeFindings(out, c, style)
		if c.Status == report.Failed && len(c.Commands) > 0 {
			for _, line := range wrap("       ", "again: "+visible.Text(c.Commands[0].Line), style.Width) {
				fmt.Fprintln(out, line)
			}
		}
	}
	if len(s.Cases) > 0 && !style.Quiet {
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, paint(summaryLine(s), summaryColor(s), style))
	return out.Flush()
}

// narrowest is the least width that text is wrapped to.
const narrowest = 40

// mostAlike bounds how many warnings, or notes, of one rule text has of a case;
// further ones are counted. Other kinds of report have all of them.
const mostAlike = 10

func writeFindings(out io.Writer, c *report.Case, style Style) {
	alike, count := map[report.Rule]int{}, map[report.Rule]int{}
	also, done := oneCause(c)
	for j := range c.Findings {
		if f := &c.Findings[j]; !done[f] {
			alike[f.Rule]++
		}
	}
	for _, f := range severestFirst(c) {
		if style.Quiet && f.Severity == report.Note || done[f] {
			continue
		}
		count[f.Rule]++
		switch n, all := count[f.Rule], alike[f.Rule]; {
		case f.Severity == report.Error || n <= mostAlike || all == mostAlike+1:
			writeFinding(out, c, f, also[f], style)
		case n == all:
			rest := n - mostAlike
			fmt.Fprintf(out, "       %s and %d more %ss of %s; --report json has all of them\n",
				paint(f.Severity.String()+":", dim, style), rest, f.Severity, visible.Text(string(f.Rule)))
		}
	}
}

// oneCause gathers what several expectations say of one value: also are the findings about the
// same value as one before them, whose block has them as well; done has all of those.
func oneCause(c *report.Case) (also map[*report.Finding][]*report.Finding, done map[*report.Finding]bool) {
	type value struct {
		step, where, got, file string
		interaction            int
	}
	also, done = map[*report.Finding][]*report.Finding{}, map[*report.Finding]bool{}
	first := map[value]*report.Finding{}
	for _, f := range severestFirst(c) {
		if !saysValues(f) || f.Interaction == nil || f.Got == "" || f.Want == "" || f.Hint != "" {
			continue
		}
		v := value{f.Step, f.Part + f.Where, f.Got, f.Cassette.File, *f.Interaction}
		if leader := first[v]; leader != nil {
			also[leader], done[f] = append(also[leader], f), true
		} else {
			first[v] = f
		}
	}
	return also, done
}

// severestFirst are a case's findings, errors first.
func severestFirst(c *report.Case) []*report.Finding {
	all := make([]*report.Finding, len(c.Findings))
	for j := range c.Findings {
		all[j] = &c.Findings[j]
	}
	slices.SortStableFunc(all, func(a, b *report.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return all
}

// quiet reports whether a case has no finding that could matter.
func quiet(c *report.Case) bool {
	matters := func(f report.Finding) bool { return f.Severity > report.Note }
	return !slices.ContainsFunc(c.Findings, matters) && (c.Status == report.Passed || c.Status == report.Skipped)
}

var marks = map[report.Status]struct{ text, color string }{
	report.Passed: {"ok   ", green}, report.Failed: {"FAIL ", red}, report.Errored: {"ERROR", red}, report.Skipped: {"skip ", dim},
}

func caseLine(c *report.Case, name string, column int, style Style) string {
	mark := marks[c.Status]
	line := paint(mark.text, mark.color, style) + "  " + name
	if c.Status == report.Skipped || c.Steps == 0 && c.Duration == 0 {
		return line
	}
	line += strings.Repeat(" ", max(column-utf8.RuneCountInString(name), 0))
	if c.Steps > 0 {
		line += fmt.Sprintf("  %3d %-5s", c.Steps, either(c.Steps, "step", "steps"))
	} else {
		line += strings.Repeat(" ", len("    1 step "))
	}
	return line + paint(fmt.Sprintf("  %6.2fs", c.Duration.Seconds()), dim, style)
}

// mostOfMiss bounds the lines of a request without an answer.
const mostOfMiss = 12

func writeFinding(out io.Writer, c *report.Case, f *report.Finding, also []*report.Finding, style Style) {
	const indent, deeper = "       ", "         "
	head := visible.Text(cmp.Or(f.Place.String(), c.File))
	if head != "" { // else it is about no file
		head += ": "
	}
	said := describe(f, false)
	var text []string
	hint := 0 // lines of it
	for n, line := range said[1:] {
		lines := wrap(deeper, line, style.Width)
		if len(said)-1-n <= len(visible.Lines(f.Hint)) {
			hint += len(lines)
		}
		text = append(text, lines...)
	}
	for _, other := range also {
		line := "also want " + value(other.Want)
		if at := cmp.Or(other.Place.String(), c.File); at != "" {
			line += " (" + visible.Text(at) + ")"
		}
		text = append(text, wrap(deeper, line, style.Width)...)
	}
	first := wrap(indent, head+f.Severity.String()+": "+said[0], style.Width)
	if f.Missed != nil && len(first)+len(text) > mostOfMiss {
		text = withoutMiddle(text, mostOfMiss-len(first), hint)
	}
	color := map[report.Severity]string{report.Error: red, report.Warning: yellow, report.Note: dim}[f.Severity]
	whole := strings.Join(append(first, text...), "\n")
	label := f.Severity.String() + ":"
	if at := strings.Index(whole, label); style.Color && at >= 0 {
		whole = whole[:at] + paint(label, color, style) + whole[at+len(label):]
	}
	fmt.Fprintln(out, whole)
}

// summaryLine counts, e.g. "6 scenarios: 5 passed, 1 failed (2 errors, 1 note)".
func summaryLine(s *report.Suite) string {
	sum := s.Summary()
	cases := plusWord([]string{fmt.Sprintf("%d passed", sum.Passed)}, sum.Failed, "failed")
	cases = plusWord(plusWord(cases, sum.Errored, "could not be run"), sum.Skipped, "skipped")
	line := fault.Count(sum.Cases(), noun(s)) + ": " + strings.Join(cases, ", ")
	found := plus(plus(plus(nil, sum.Errors, "error"), sum.Warnings, "warning"), sum.Notes, "note")
	if len(found) > 0 {
		line += " (" + strings.Join(found, ", ") + ")"
	}
	return line
}

// nouns are what a case of some commands is.
var nouns = map[string]string{
	"replay": "scenario", "drift": "scenario", "diff": "cassette", "history": "version", "whatif": "change", "check": "case",
}

// noun is what a case is.
func noun(s *report.Suite) string { return cmp.Or(s.Noun, nouns[s.Command], "file") }

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

func summaryColor(s *report.Suite) string {
	switch sum := s.Summary(); {
	case sum.Failed+sum.Errored > 0:
		return red
	case sum.Warnings > 0:
		return yellow
	default:
		return green
	}
}

// withoutMiddle keeps most lines of a text, of them the last ones.
func withoutMiddle(text []string, most, last int) []string {
	last = min(last, most/2)
	first := max(most-last-1, 0)
	left := len(text) - first - last
	kept := append(text[:first:first], fmt.Sprintf("         .. and %d more lines, which --report html shows", left))
	return append(kept, text[len(text)-last:]...)
}

// wrap breaks a line between words where it is wider than the terminal, and indents what
// follows further. A word that is wider is left whole. No width is no limit.
func wrap(indent, line string, width int) []string {
	if width <= 0 || utf8.RuneCountInString(indent+line) <= width {
		return []string{indent + line}
	}
	lead := len(line) - len(strings.TrimLeft(line, " "))
	further := indent + strings.Repeat(" ", lead+4)
	var all []string
	now, n := indent+line[:lead], utf8.RuneCountInString(indent)+lead
	empty := true
	for word := range strings.SplitSeq(line[lead:], " ") {
		w := utf8.RuneCountInString(word)
		if !empty && n+1+w > width {
			all = append(all, strings.TrimRight(now, " "))
			now, n, empty = further, len(further), true
		}
		if !empty {
			now, n = now+" ", n+1
		}
		now, n, empty = now+word, n+w, false
	}
	return append(all, strings.TrimRight(now, " "))
}
