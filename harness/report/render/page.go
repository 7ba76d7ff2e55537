package render

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// htmlPage is what the page is made of: on the left a list of what there is, in groups; on
// the right what is chosen of it. What is chosen stands in templates, which a browser reads
// and does not lay out.
type htmlPage struct {
	Command, Title, Policy string
	CSS                    template.CSS
	JS                     template.JS
	Headline               []htmlSpan
	About                  []string
	Chips                  []htmlChip
	Groups                 []htmlGroup
	Strips                 []htmlStrip
	Details                []htmlDetail
	Live                   string // where a live page hears what is new, "" for one that is not
	gallery
}

// A gallery is the exchanges of a page, each made once, whatever shows it.
type gallery struct {
	Exchanges  []htmlExchange
	Pseudonyms []string // in them

	anchors map[string]int                 // the ids that the page has, and the last number behind each
	pairs   map[[2]*report.Exchange]string // ids of the templates of comparisons
	made    map[*report.Exchange]string    // and of exchanges
	budget  int                            // bytes of bodies that may still be shown

	lined *report.Exchange // the one whose body was looked at last
	lines map[string]int   // of that body, by path
}

func newGallery() gallery {
	return gallery{anchors: map[string]int{}, pairs: map[[2]*report.Exchange]string{}, made: map[*report.Exchange]string{}, budget: mostBodies}
}

// A pageMaker fills a page with the cases of a suite.
type pageMaker struct {
	*htmlPage
	suite  *report.Suite
	words  *words
	groups map[string]*htmlGroup // by class
	ids    map[*report.Finding]string
	first  map[*report.Case]string // the id of a case's worst finding, or its own
	room   int                     // for so many findings more
	left   int                     // so many were left out
}

type htmlSpan struct{ Class, Text string }

type htmlChip struct {
	Key, Name string
	N         int
}

// htmlGroup is a part of the list. Subs are its parts, of which the first may have no name.
type htmlGroup struct {
	Class, Name string
	N           int
	Subs        []htmlSub

	at map[string]int // where a part stands among them, by name
}

type htmlSub struct {
	Name   string
	Closed bool
	Items  []htmlItem
}

type htmlItem struct{ ID, Class, Label, Text, Small string }

// htmlStrip shows the parts of a case, or of a history, in their order.
type htmlStrip struct {
	ID    string
	Parts []htmlPart
}

type htmlPart struct{ ID, Class, Name, Note, About string }

// mostFindings bounds the findings of one page, mostBodies the bodies and longestBody each of them.
const (
	mostFindings = 5000
	mostBodies   = 24 << 20
	longestBody  = 64 << 10
	shortBody    = 2 << 10 // what is shown of each where there are too many
)

func pageOf(s *report.Suite) *htmlPage {
	words := wordsOf(s.Command)
	p := &pageMaker{
		htmlPage: &htmlPage{Command: s.Command, gallery: newGallery()}, suite: s,
		words: words, room: mostFindings, groups: map[string]*htmlGroup{}, ids: map[*report.Finding]string{}, first: map[*report.Case]string{},
	}
	p.Headline = words.headline(s)
	for _, span := range p.Headline {
		p.Title += span.Text
	}
	for _, fact := range s.About {
		p.About = append(p.About, visible.Text(fact))
	}
	for _, class := range words.order {
		p.groups[class] = &htmlGroup{Class: class, Name: words.groups[class]}
	}
	for i := range s.Cases {
		if s.Command != "view" {
			p.addCase(&s.Cases[i])
		}
	}
	if p.left > 0 {
		p.About = append(p.About, fmt.Sprintf("%d more findings are not on this page: --report json has them all", p.left))
	}
	for _, class := range words.order {
		if g := p.groups[class]; g.N > 0 {
			g.close()
			p.Groups = append(p.Groups, *g)
		}
	}
	if s.Command == "view" {
		p.cassettes()
	} else {
		p.chips()
	}
	if s.Ordered && len(s.Cases) > 1 {
		p.story()
	}
	slices.Sort(p.Pseudonyms)
	p.Pseudonyms = slices.Compact(p.Pseudonyms)
	return p.htmlPage
}

// chips filter by group.
func (p *pageMaker) chips() {
	total := 0
	for i := range p.Groups {
		g := &p.Groups[i]
		total += g.N
		p.Chips = append(p.Chips, htmlChip{g.Class, g.Name, g.N})
	}
	if len(p.Chips) != 1 {
		p.Chips = slices.Insert(p.Chips, 0, htmlChip{"", "All", total})
	}
}

// addCase adds a case: an item and a detail for each of its findings, or one for itself.
func (p *pageMaker) addCase(c *report.Case) {
	s, words, groups := p.suite, p.words, p.groups
	name := visible.Text(cmp.Or(c.Name, c.File))
	shown := c.Findings[:min(len(c.Findings), max(p.room, 1))]
	p.room, p.left = p.room-len(shown), p.left+len(c.Findings)-len(shown)
	for j := range shown {
		p.ids[&shown[j]] = p.id(shown[j].ID)
	}
	strip := p.strip(c)
	for j := range shown {
		f := &shown[j]
		class := classOf(c, f)
		d := htmlDetail{ID: p.ids[f], Class: class, Strip: strip, Commands: c.Commands}
		d.finding(&p.gallery, c, f, words)
		p.Details = append(p.Details, d)
		item := words.item(c, f)
		item.ID, item.Class = d.ID, class
		sub := name
		switch {
		case s.Command == "whatif": // a case is an item
			sub = ""
		case len(s.Cases) == 1:
			sub = subjectOf(item, words)
		}
		groups[class].add(sub, item)
	}
	for _, f := range severestFirst(c) {
		p.first[c] = cmp.Or(p.first[c], p.ids[f])
	}
	if same := p.unchanged(c); len(same) > 0 {
		if len(s.Cases) == 1 {
			name = ""
		}
		for _, item := range same {
			groups[item.Class].add(name, item)
		}
		return
	}
	if c.Status != report.Passed && len(c.Findings) > 0 {
		return
	}
	class := map[report.Status]string{report.Passed: "passed", report.Skipped: "skipped", report.Failed: "error", report.Errored: "errored"}[c.Status]
	d := htmlDetail{ID: p.id("case-" + c.ID()), Class: class, Title: name, Strip: strip, Commands: c.Commands}
	d.whole(&p.gallery, c, words)
	p.Details = append(p.Details, d)
	p.first[c] = cmp.Or(p.first[c], d.ID)
	item := htmlItem{ID: d.ID, Class: class, Text: name, Small: words.passed(c)}
	if label, text, found := strings.Cut(name, ": "); found && s.Command == "whatif" {
		item.Label, item.Text, item.Small = label, text, ""
	}
	groups[class].add("", item)
}

// classOf is the group that a finding is in.
func classOf(c *report.Case, f *report.Finding) string {
	switch {
	case c.Status == report.Skipped:
		return "skipped"
	case c.Status == report.Errored && f.Severity == report.Error:
		return "errored"
	}
	return f.Severity.String()
}

func (g *htmlGroup) add(sub string, item htmlItem) {
	g.N++
	n, ok := g.at[sub]
	if !ok {
		if g.at == nil {
			g.at = map[string]int{}
		}
		n = len(g.Subs)
		g.at[sub] = n
		g.Subs = append(g.Subs, htmlSub{Name: sub})
	}
	g.Subs[n].Items = append(g.Subs[n].Items, item)
}

// A group of so many items closes its parts, and parts that hold one item each are none.
const manyItems = 40

func (g *htmlGroup) close() {
	alone := !slices.ContainsFunc(g.Subs, func(sub htmlSub) bool { return len(sub.Items) > 1 })
	if alone || len(g.Subs) == 1 {
		all := htmlSub{}
		for _, sub := range g.Subs {
			for _, item := range sub.Items {
				item.Small = dotted(sub.Name, item.Small)
				all.Items = append(all.Items, item)
			}
		}
		g.Subs = []htmlSub{all}
	}
	for i := range g.Subs {
		g.Subs[i].Closed = g.N > manyItems && len(g.Subs) > 1 && g.Subs[i].Name != ""
	}
}

// id is an anchor that nothing else has: the one asked for, or that with a number.
func (g *gallery) id(wanted string) string {
	wanted = cmp.Or(wanted, "it")
	id := wanted
	for g.anchors[id] > 0 {
		g.anchors[wanted]++
		id = wanted + "-" + strconv.Itoa(g.anchors[wanted])
	}
	g.anchors[id] = 1
	return id
}

// strip makes the strip of a case's exchanges, and returns its id, "" where there is none.
func (p *pageMaker) strip(c *report.Case) string {
	if len(c.Exchanges) < 2 || len(c.Exchanges) > mostParts {
		return ""
	}
	strip := htmlStrip{ID: p.id("strip")}
	first := 1
	if p.Command == "view" { // which counts as cassettes do
		first = 0
	}
	for i := range c.Exchanges {
		e := &c.Exchanges[i]
		part := htmlPart{Name: fmt.Sprintf("%d %s", i+first, visible.Text(cmp.Or(e.Name, e.Method+" "+lastStep(e.Target())))), Note: strconv.Itoa(e.Status), About: visible.Text(e.Head())}
		if e.Status == 0 {
			part.Note = "no answer"
		}
		for j := range c.Findings {
			f := &c.Findings[j]
			if !isOf(f, e) {
				continue
			}
			if now := worse(part.Class, f.Severity.String()); now != part.Class {
				part.Class, part.ID = now, p.ids[f]
			}
		}
		strip.Parts = append(strip.Parts, part)
	}
	p.Strips = append(p.Strips, strip)
	return strip.ID
}

// mostParts bounds the parts of a strip, which would else be too narrow to read.
const mostParts = 60

// story is the strip of a suite whose cases have an order.
func (p *pageMaker) story() {
	s := p.suite
	strip := htmlStrip{ID: "story"}
	first := max(len(s.Cases)-mostParts, 0)
	for i := first; i < len(s.Cases); i++ {
		c := &s.Cases[i]
		part := htmlPart{Name: visible.Text(cmp.Or(c.Label, c.Name)), About: visible.Text(c.Name), Note: "no change", ID: p.first[c]}
		for j := range c.Findings {
			part.Class = worse(part.Class, c.Findings[j].Severity.String())
		}
		if n := len(c.Findings); n > 0 {
			part.Note = fault.Count(n, "change")
		}
		strip.Parts = append(strip.Parts, part)
	}
	p.Strips = append(p.Strips, strip)
}

func worse(a, b string) string {
	rank := []string{"", "note", "warning", "error"}
	if slices.Index(rank, b) > slices.Index(rank, a) {
		return b
	}
	return a
}

func lastStep(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path[strings.LastIndexByte(path, '/')+1:]
}

// isOf reports whether a finding is about an exchange.
func isOf(f *report.Finding, e *report.Exchange) bool {
	if f.Interaction == nil || e.Interaction == nil {
		return f.Step != "" && f.Step == e.Name && f.Interaction == nil
	}
	return *f.Interaction == *e.Interaction && (f.Cassette.File == e.File || e.File == "")
}
