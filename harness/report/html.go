package report

import (
	"crypto/sha256"
	_ "embed" // for the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// The page is one file: no network, no cookie, nothing but what the suite holds. Its
// policy lets it run its own script and no other, so that even text which escaped the
// template's escaping could do nothing.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

type htmlPage struct {
	Command, Headline, Policy string
	CSS                       template.CSS
	JS                        template.JS
	Counts                    []htmlCount
	Timeline                  *htmlTimeline
	Severities, Rules         []string
	Cases                     []htmlCase
}

type htmlCount struct {
	N           int
	Name, Class string
}

type htmlCase struct {
	Name, File, Anchor string
	Status             Status
	Findings           []htmlFinding
}

type htmlFinding struct {
	Severity, Rule, Message, Where, Anchor string
	Facts                                  []htmlFact
	Examples                               []htmlExample
}

type htmlFact struct{ Name, Value string }

type htmlExample struct{ Sides []htmlSide }

type htmlSide struct {
	Title string
	Lines []htmlLine
}

type htmlLine struct {
	N      int
	Text   string
	Marked bool
}

func renderHTML(w io.Writer, s *Suite, _ Style) error {
	page, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return err
	}
	return page.Execute(w, pageOf(s))
}

func pageOf(s *Suite) htmlPage {
	sum := s.Summary()
	p := htmlPage{
		Command: s.Command, Headline: summaryLine(s),
		CSS: template.CSS(pageCSS), JS: template.JS(pageJS), Policy: policy(),
		Counts: []htmlCount{
			{sum.Errors, "error" + plural(sum.Errors), "error"}, {sum.Warnings, "warning" + plural(sum.Warnings), "warning"},
			{sum.Notes, "note" + plural(sum.Notes), "note"}, {sum.Passed, "passed", "passed"},
			{sum.Failed, "failed", "error"}, {sum.Errored, "could not be run", "error"},
		},
		Severities: []string{Error.String(), Warning.String(), Note.String()},
	}
	p.Counts = slices.DeleteFunc(p.Counts, func(c htmlCount) bool { return c.N == 0 })
	rules := map[string]bool{}
	for i := range s.Cases {
		c := &s.Cases[i]
		told := htmlCase{Name: Visible(c.Name), File: Visible(c.File), Status: c.Status, Anchor: fmt.Sprintf("case-%d", i)}
		if told.Name == "" {
			told.Name = told.File
		}
		for j := range c.Findings {
			f := htmlOf(&c.Findings[j])
			f.Anchor = fmt.Sprintf("case-%d-%d", i, j)
			told.Findings = append(told.Findings, f)
			rules[f.Rule] = true
		}
		p.Cases = append(p.Cases, told)
	}
	for rule := range rules {
		p.Rules = append(p.Rules, rule)
	}
	slices.Sort(p.Rules)
	if s.Ordered && len(s.Cases) > 1 {
		p.Timeline = timelineOf(s)
	}
	return p
}

// policy allows the page's own style and script, by their digests.
func policy() string {
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + digest(pageCSS) + "; script-src " + digest(pageJS) + "; base-uri 'none'; form-action 'none'"
}

func htmlOf(f *Finding) htmlFinding {
	told := htmlFinding{Severity: f.Severity.String(), Rule: Visible(string(f.Rule)), Message: Visible(f.Sentence()), Where: Visible(f.Where)}
	want, got := "wanted", "got"
	if f.Fingerprint != "" {
		want, got = "was", "is"
	}
	interaction := ""
	if f.Interaction != nil {
		interaction = fmt.Sprintf(" (interaction %d)", *f.Interaction)
	}
	for _, fact := range []htmlFact{
		{"step", Visible(f.Step)}, {want, Visible(f.Want)}, {got, Visible(f.Got)}, {"file", Visible(f.Place.String())},
		{"cassette", Visible(f.Cassette.String()) + interaction}, {"hint", strings.Join(lines(f.Hint), "\n")}, {"rule", Visible(string(f.Rule)) + " " + f.ID},
	} {
		if strings.TrimSpace(fact.Value) != "" {
			told.Facts = append(told.Facts, fact)
		}
	}
	for _, e := range f.Examples {
		var sides htmlExample
		for _, side := range []Excerpt{e.Old, e.New} {
			if side.Text != "" {
				sides.Sides = append(sides.Sides, side.html())
			}
		}
		told.Examples = append(told.Examples, sides)
	}
	return told
}

func (e *Excerpt) html() htmlSide {
	side := htmlSide{Title: Visible(e.Place.String())}
	n := e.First
	for line := range strings.Lines(e.Text) {
		text := strings.TrimSuffix(line, "\n")
		indent := len(text) - len(strings.TrimLeft(text, " "))
		side.Lines = append(side.Lines, htmlLine{N: n, Text: text[:indent] + Visible(text[indent:]), Marked: n == e.Marked})
		n++
	}
	return side
}

// htmlTimeline is a picture of an ordered suite: a column a case, with a block for each
// finding.
type htmlTimeline struct {
	Width, Height, End, Base, Label int
	Points                          []htmlPoint
}

type htmlPoint struct {
	X                          int
	Anchor, Title, Date, Class string
	Stack                      []htmlBlock
}

type htmlBlock struct {
	X, Y, H int
	Class   string
}

const (
	columnWidth = 44
	blockHeight = 7
	tallest     = 14 // blocks of one column; more are in its title
)

func timelineOf(s *Suite) *htmlTimeline {
	t := &htmlTimeline{Base: 40 + tallest*(blockHeight+1)}
	t.Label, t.Height = t.Base+16, t.Base+70
	for i := range s.Cases {
		c := &s.Cases[i]
		point := htmlPoint{
			X: 30 + i*columnWidth, Anchor: fmt.Sprintf("case-%d", i), Date: Visible(c.Label),
			Title: fmt.Sprintf("%s: %d findings", Visible(c.Name), len(c.Findings)),
		}
		for j := range c.Findings[:min(len(c.Findings), tallest)] {
			class := c.Findings[j].Severity.String()
			point.Stack = append(point.Stack, htmlBlock{X: point.X - 6, Y: t.Base - 10 - (j+1)*(blockHeight+1), H: blockHeight, Class: class})
			if j == 0 || class == Error.String() {
				point.Class = class
			}
		}
		t.Points = append(t.Points, point)
	}
	t.End = 30 + len(s.Cases)*columnWidth
	t.Width = t.End + 60
	return t
}
