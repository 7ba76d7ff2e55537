package display

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Style is how text may look.
type Style struct {
	Color bool
	Width int // columns of the terminal, beyond which lists are cut; 0: they are not

	quotes bool // pseudonyms are in ‹ ›
}

// ANSI's dim, bold and underlined (ECMA-48, select graphic rendition).
const dim, bold, underlined = "2", "1", "4"

func (s Style) paint(text, as string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + as + "m" + text + "\x1b[0m"
}

// Line is a cassette in a line: its name, how many interactions, from when.
func Line(w io.Writer, name string, c *cassette.Cassette, s Style) {
	facts := fmt.Sprintf("%4d  %-8s", len(c.Interactions), c.Meta.Origin)
	if !c.Meta.RecordedAt.IsZero() {
		facts += "  " + c.Meta.RecordedAt.Format(time.DateOnly)
	}
	fmt.Fprintf(w, "%-40s %s\n", visible.Text(name), s.paint(strings.TrimRight(facts, " "), dim))
}

// List is a cassette's interactions, a line each.
func List(w io.Writer, name string, c *cassette.Cassette, s Style) {
	facts := []string{c.File}
	if c.Meta.Origin != "" {
		facts = append(facts, string(c.Meta.Origin))
	}
	if !c.Meta.RecordedAt.IsZero() {
		facts = append(facts, c.Meta.RecordedAt.Format(time.DateOnly))
	}
	fmt.Fprintf(w, "%s  %s\n", s.paint(visible.Text(name), bold), s.paint(visible.Text(strings.Join(facts, ", ")), dim))
	for n, i := range c.Interactions {
		e := report.Exchange{Method: cmp.Or(i.Request.Method, http.MethodGet), URL: i.Request.URL}
		target := visible.Text(e.Target())
		if most := s.Width - 24; s.Width > 0 && len([]rune(target)) > max(most, 20) {
			target = string([]rune(target)[:max(most, 20)-1]) + "…"
		}
		fmt.Fprintf(w, "%4d  %-6s %3d  %s\n", n, visible.Text(e.Method), i.Response.Code, target)
	}
	fmt.Fprintln(w, s.paint("graphvcr view "+visible.Text(name)+":0 prints the first, --html FILE makes a page of all", dim))
}

// Print is an interaction as it goes over the wire, bodies of JSON indented.
func Print(w io.Writer, c *cassette.Cassette, i *cassette.Interaction, s Style) {
	out := bufio.NewWriter(w)
	printExchange(out, c, i, s)
	_ = out.Flush() // an error is the writer's to report
}

// Text is a whole cassette for git: what is known of it, and its interactions, with pseudonyms
// in ‹ ›. What an interaction holds is indented, so that none of it can pass for another.
func Text(w io.Writer, c *cassette.Cassette) error {
	out := bufio.NewWriter(w)
	m := &c.Meta
	for _, fact := range [][2]string{
		{"origin", string(m.Origin)}, {"source", m.Source}, {"cloud", m.Cloud}, {"client", m.Client}, {"expires", m.Expires},
	} {
		if fact[1] != "" {
			fmt.Fprintf(out, "%s: %s\n", fact[0], visible.Text(fact[1]))
		}
	}
	if !m.RecordedAt.IsZero() {
		fmt.Fprintf(out, "recorded-at: %s\n", m.RecordedAt.Format(time.RFC3339))
	}
	if m.Auth != nil {
		fmt.Fprintf(out, "auth: %s %s\n", visible.Text(m.Auth.Kind), visible.Text(strings.Join(slices.Concat(m.Auth.Scopes, m.Auth.Roles), " ")))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Vars)) {
		fmt.Fprintf(out, "var %s: %s\n", visible.Text(name), visible.Text(m.Vars[name]))
	}
	for n, i := range c.Interactions {
		fmt.Fprintf(out, "\n=== interaction %d\n", n)
		printExchange(out, c, i, Style{quotes: true})
	}
	return out.Flush()
}

// printer writes an exchange.
type printer struct {
	w      *bufio.Writer
	style  Style
	marked *strings.Replacer // pseudonyms
}

func printExchange(w *bufio.Writer, c *cassette.Cassette, i *cassette.Interaction, s Style) {
	e := Of(c, i)
	p := printer{w, s, s.marking(e.Pseudonyms)}
	p.line(p.style.paint(visible.Text(e.Method), bold) + " " + p.text(e.Target()))
	p.content(&e.Request)
	p.line("")
	p.line(p.style.paint(fmt.Sprintf("HTTP/1.1 %d %s", e.Status, http.StatusText(e.Status)), bold))
	p.content(&e.Response)
}

func (p *printer) content(c *report.Content) {
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		for _, value := range c.Header[name] {
			p.line(p.style.paint(visible.Text(name)+":", dim) + " " + p.text(value))
		}
	}
	if c.Body == "" {
		return
	}
	p.line("")
	for line := range strings.Lines(c.Body) {
		p.line(p.text(strings.TrimRight(line, "\r\n")))
	}
}

func (p *printer) line(text string) {
	if p.style.quotes && text != "" {
		p.w.WriteString("  ")
	}
	p.w.WriteString(text)
	p.w.WriteByte('\n')
}

// text is a text with its pseudonyms marked.
func (p *printer) text(text string) string { return p.marked.Replace(visible.Text(text)) }

// marking marks texts, of which one may begin another: the longest that fits.
func (s Style) marking(texts []string) *strings.Replacer {
	var pairs []string
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	for _, text := range texts {
		marked := s.paint(text, underlined)
		if s.quotes {
			marked = "‹" + text + "›"
		}
		pairs = append(pairs, text, marked)
	}
	return strings.NewReplacer(pairs...)
}
