package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// htmlDetail is what the right side shows of one item.
type htmlDetail struct {
	ID, Class, Label, Title, Strip string
	Lines                          []string // what there is to say, below the title
	Facts                          []htmlFact
	Bar                            *htmlBar
	Panels                         []htmlPanel
	Shown                          htmlRef   // the exchange it is about
	Refs                           []htmlRef // all that were exchanged
	Commands                       []report.Command
}

type htmlFact struct{ Name, Value string }

// htmlRef is an exchange in a template of its own, with the line of its response's body that
// something is to be said of.
type htmlRef struct {
	ID, Name, Says, Tab string
	Line                int
	Old, New            int // lines of a comparison
	Bar                 *htmlBar
}

// htmlBar is a request line with the status, size and time of the response; of a comparison
// with both.
type htmlBar struct{ Method, Target, Status, Class, Size, Took string }

type htmlPanel struct {
	Name, Note string
	Rows       []pageRow
	Text       string // with line numbers, and colours where it is JSON
	Fields     []report.Difference
	Heads      []htmlFact
	More       []htmlPanel
}

type htmlExchange struct {
	ID     string
	Panels []htmlPanel
}

// finding fills in a detail.
func (d *htmlDetail) finding(g *gallery, c *report.Case, f *report.Finding, w *words) {
	headline := headline(f)
	if f.Missed != nil {
		d.Label, headline = "No answer", f.Missed.Sent.Method+" "+f.Missed.Sent.Target()
		d.Lines = append(d.Lines, visible.Text(f.Missed.Verdict))
	}
	if w.changes && f.Fingerprint != "" {
		d.Label, headline = title(f.Rule), f.Message
		if line := changed(f); line != "" {
			d.Lines = append(d.Lines, line)
		}
	}
	if w.command == "whatif" {
		d.whatif(c, f)
		return
	}
	d.Title, _, _ = strings.Cut(headline, "\n")
	d.Title = visible.Text(d.Title)
	if !w.changes {
		d.Lines = append(d.Lines, valueLines(f)...)
	}
	if f.Missed == nil && f.Details != "" {
		d.Lines = append(d.Lines, visible.Lines(strings.TrimPrefix(f.Details, "\n"))...)
	}
	if f.Hint != "" {
		d.Lines = append(d.Lines, visible.Lines(f.Hint)...)
	}
	d.facts(c, f)
	switch {
	case f.Missed != nil:
		d.missed(g, f.Missed)
	case len(f.Examples) > 0:
		d.compare(g, f)
	default:
		for i := range c.Exchanges {
			if isOf(f, &c.Exchanges[i]) {
				d.Bar = barOf(&c.Exchanges[i])
				d.Shown = htmlRef{ID: g.exchange(&c.Exchanges[i]), Line: g.bodyLine(&c.Exchanges[i], f), Says: visible.Text(visible.Clip(headline, 200))}
				break
			}
		}
	}
}

// whatif shows a change that a client was tried with: what it was, and what the client said.
func (d *htmlDetail) whatif(c *report.Case, f *report.Finding) {
	d.Label, d.Title, _ = strings.Cut(visible.Text(c.Name), ": ")
	d.Lines = []string{visible.Text(f.Message)}
	if f.Where != "" {
		d.Lines = append(d.Lines, visible.Text(f.Where))
	}
	if f.Hint != "" {
		d.Panels = []htmlPanel{{Name: "What it said", Text: strings.Join(visible.Lines(f.Hint), "\n")}}
	}
	d.Facts = []htmlFact{{"cassette", visible.Text(c.File)}, {"rule", visible.Text(string(f.Rule))}}
}

// changed says of a change what was and what is, where that is short.
func changed(f *report.Finding) string {
	text := visible.Text(f.Part)
	if !repeatsValues(f) {
		text = strings.TrimPrefix(text+": ", ": ") + "was " + value(f.Want) + ", is " + value(f.Got)
	}
	return text
}

// valueLines are want and got below one another, where the title cannot hold them.
func valueLines(f *report.Finding) []string {
	if f.Want == "" && f.Got == "" || saysValues(f) || repeatsValues(f) || f.Missed != nil {
		return nil
	}
	return []string{"want " + value(f.Want), "got  " + value(f.Got)}
}

func (d *htmlDetail) facts(c *report.Case, f *report.Finding) {
	at := ""
	if f.Cassette.File != "" {
		at = visible.Text(f.Cassette.String()) + interaction(f)
	}
	file := cmp.Or(f.Place.String(), c.File)
	for _, fact := range []htmlFact{
		{"scenario", visible.Text(c.Name)}, {"step", visible.Text(f.Step)}, {"file", visible.Text(file)}, {"cassette", at},
		{"path", visible.Text(f.Where)}, {"rule", visible.Text(string(f.Rule))}, {"id", f.ID},
	} {
		if strings.TrimSpace(fact.Value) != "" && !(fact.Name == "scenario" && (fact.Value == visible.Text(file) || f.Step == "")) {
			d.Facts = append(d.Facts, fact)
		}
	}
}

// bodyLine is the line of an exchange's body that a finding is about: that of the value, or
// where there is none of the object that lacks it. There may be a finding for each value of a
// body: its lines are found once.
func (g *gallery) bodyLine(e *report.Exchange, f *report.Finding) int {
	if !strings.HasPrefix(f.Where, "$") {
		return 0
	}
	if g.lined != e {
		g.lined, g.lines = e, jsondoc.Lines(e.Response.Body)
	}
	return jsondoc.Nearest(g.lines, f.Where)
}

// whole fills in the detail of a case without findings.
func (d *htmlDetail) whole(g *gallery, c *report.Case, w *words) {
	for _, fact := range []htmlFact{{"file", visible.Text(c.File)}, {"status", string(c.Status)}} {
		if fact.Value != "" && fact.Value != d.Title {
			d.Facts = append(d.Facts, fact)
		}
	}
	if c.Steps > 0 {
		d.Facts = append(d.Facts, htmlFact{"steps", strconv.Itoa(c.Steps)})
	}
	if c.Duration > 0 {
		d.Facts = append(d.Facts, htmlFact{"took", fmt.Sprintf("%.2f s", c.Duration.Seconds())})
	}
	if w.changes && c.Status == report.Passed {
		d.Lines = append(d.Lines, nothingChanged)
	}
	for i := range c.Exchanges {
		e := &c.Exchanges[i]
		d.Refs = append(d.Refs, htmlRef{ID: g.exchange(e), Name: visible.Text(e.Name), Bar: barOf(e)})
	}
}

// exchange is the id of an exchange's template, which is made for the first that shows it.
func (g *gallery) exchange(e *report.Exchange) string {
	if g.made[e] == "" {
		shown := htmlExchange{ID: g.id("exchange"), Panels: g.panels(e)}
		g.Exchanges = append(g.Exchanges, shown)
		g.made[e] = shown.ID
	}
	return g.made[e]
}

// panels are the parts of an exchange: the response's body first.
func (g *gallery) panels(e *report.Exchange) []htmlPanel {
	g.Pseudonyms = append(g.Pseudonyms, e.Pseudonyms...)
	var panels []htmlPanel
	if e.Status > 0 {
		body := htmlPanel{Name: "Response body", Text: g.body(e.Response.Body)}
		if body.Text == "" {
			body.Note = "The response has no body."
		}
		panels = append(panels, body)
		if len(e.Response.Header) > 0 {
			panels = append(panels, htmlPanel{Name: "Headers", Heads: heads(e.Response.Header)})
		}
	}
	request := htmlPanel{Name: "Request", Heads: heads(e.Request.Header), Text: g.body(e.Request.Body), Note: visible.Text(e.Method + " " + e.URL)}
	return append(panels, request)
}

func heads(header map[string][]string) []htmlFact {
	var all []htmlFact
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			all = append(all, htmlFact{visible.Text(name), visible.Text(visible.Clip(value, longestBody/8))})
		}
	}
	return all
}

// body is a body as far as there is room for it.
func (g *gallery) body(text string) string {
	most := longestBody
	if g.budget <= 0 {
		most = shortBody
	}
	shown := text[:min(len(text), most)]
	g.budget -= len(shown)
	lines := strings.Join(bodyLines(strings.ToValidUTF8(shown, "\uFFFD")), "\n")
	if more := len(text) - len(shown); more > 0 {
		lines += fmt.Sprintf("\n… %d more bytes", more)
	}
	return lines
}

func barOf(e *report.Exchange) *htmlBar {
	bar := &htmlBar{Method: visible.Text(e.Method), Target: visible.Text(e.Target()), Class: statusClass(e.Status)}
	if e.Status > 0 {
		bar.Status = strconv.Itoa(e.Status)
		bar.Size = size(len(e.Response.Body))
	}
	if ms := e.Took.Milliseconds(); ms > 0 {
		bar.Took = fmt.Sprintf("%d ms", ms)
	}
	return bar
}

func statusClass(status int) string {
	switch {
	case status >= 400:
		return "error"
	case status >= 300:
		return "warning"
	case status > 0:
		return "passed"
	}
	return ""
}

func size(n int) string {
	switch {
	case n == 0:
		return ""
	case n < 1000:
		return fault.Count(n, "byte")
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

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
	return htmlItem{
		ID: d.ID, Class: d.Class, Label: visible.Text(e.Method), Text: visible.Clip(visible.Text(e.Target()), 160),
		Small: dotted(strconv.Itoa(e.Status), size(len(e.Response.Body)), visible.Text(e.Name)),
	}
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
