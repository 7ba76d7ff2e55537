package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// cassettes fills a page with all that cassettes hold, in recorded order.
func (p *pageMaker) cassettes() {
	s := p.suite
	all := htmlGroup{Name: "Interactions"}
	counts := map[string]int{}
	for i := range s.Cases {
		c := &s.Cases[i]
		strip := p.strip(c)
		for j := range c.Exchanges {
			e := &c.Exchanges[j]
			d := p.interaction(e, j)
			d.Strip, d.Commands = strip, c.Commands
			sub := ""
			if len(s.Cases) > 1 {
				sub = visible.Text(c.Name)
				d.Facts = append([]htmlFact{{"cassette", sub}}, d.Facts...)
			}
			if strip != "" {
				part := &p.Strips[len(p.Strips)-1].Parts[j]
				if part.ID = d.ID; e.Status >= 400 {
					part.Class = "error"
				}
			}
			counts[d.Class]++
			p.Details = append(p.Details, d)
			all.add(sub, d.item(e))
		}
	}
	all.close()
	p.Groups = append(p.Groups, all)
	p.Chips = append(p.Chips, htmlChip{"", "All", all.N})
	for _, class := range []struct{ class, name string }{{"passed", "Answered"}, {"warning", "Redirected"}, {"error", "Refused"}} {
		if n := counts[class.class]; n > 0 && n < all.N {
			p.Chips = append(p.Chips, htmlChip{class.class, class.name, n})
		}
	}
}

// item leads from the list to the detail of an exchange.
func (d *htmlDetail) item(e *report.Exchange) htmlItem {
	facts := []string{strconv.Itoa(e.Status)}
	if s := size(len(e.Response.Body)); s != "" {
		facts = append(facts, s)
	}
	if e.Name != "" {
		facts = append(facts, visible.Text(e.Name))
	}
	return htmlItem{ID: d.ID, Class: d.Class, Label: visible.Text(e.Method), Text: visible.Clip(visible.Text(e.Target()), 160), Small: strings.Join(facts, " · ")}
}

// unchanged are the requests of a comparison in which nothing changed, an item and a detail
// each, and with them those of which no change is reported.
func (p *pageMaker) unchanged(c *report.Case) []htmlItem {
	if !p.words.compares() || !slices.ContainsFunc(c.Exchanges, func(e report.Exchange) bool { return e.Unchanged }) {
		return nil
	}
	var items []htmlItem
	for i := range c.Exchanges {
		e := &c.Exchanges[i]
		if !e.Unchanged && len(c.Findings) > 0 {
			continue
		}
		d := p.interaction(e, i)
		d.Class = "passed"
		d.Lines = []string{nothingChanged}
		if !e.Unchanged {
			d.Lines = []string{"What changed in it is accepted."}
		}
		p.Details = append(p.Details, d)
		items = append(items, d.item(e))
	}
	return items
}

const nothingChanged = "Only ids, dates, tokens and order differ, or nothing at all."

// interaction is the detail of an exchange.
func (g *gallery) interaction(e *report.Exchange, n int) htmlDetail {
	id := strconv.Itoa(n)
	if e.Interaction != nil {
		id = strconv.Itoa(*e.Interaction)
	}
	d := htmlDetail{ID: g.id(id), Class: cmp.Or(statusClass(e.Status), "error"), Bar: barOf(e), Panels: g.panels(e)}
	path, _, _ := strings.Cut(e.Target(), "?")
	d.Title = visible.Text(e.Method + " " + path)
	d.Facts = []htmlFact{{"interaction", id}}
	if at := e.Place.String(); at != "" {
		d.Facts = append(d.Facts, htmlFact{"file", visible.Text(at)})
	}
	if e.Name != "" {
		d.Facts = append(d.Facts, htmlFact{"step", visible.Text(e.Name)})
	}
	if n := len(e.Pseudonyms); n > 0 {
		d.Facts = append(d.Facts, htmlFact{"pseudonyms", fmt.Sprintf("%d, underlined", n)})
	}
	return d
}
