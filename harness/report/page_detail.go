package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	Commands                       []Command
}

type htmlFact struct{ Name, Value string }

// htmlRef is an exchange in a template of its own, with the line of its response's body that
// something is to be said of.
type htmlRef struct {
	ID, Name, Says string
	Line           int
	Bar            *htmlBar
}

// htmlBar is a request line with the status, size and time of the response; of a comparison
// with both.
type htmlBar struct{ Method, Target, Status, Class, Size, Took string }

type htmlPanel struct {
	Name, Note string
	Rows       []pageRow
	Text       string // with line numbers, and colours where it is JSON
	Line       int    // of Text, which something is said of
	Says       string
	Fields     []Difference
	Heads      []htmlHead
	More       []htmlPanel
}

type htmlHead struct{ Name, Value string }

type htmlExchange struct {
	ID     string
	Bar    *htmlBar
	Panels []htmlPanel
}

// finding fills in a detail.
func (d *htmlDetail) finding(p *htmlPage, c *Case, f *Finding, exchanges []string, w *words) {
	told := f.told()
	if f.Missed != nil {
		d.Label, told = "No answer", f.Missed.Sent.Method+" "+f.Missed.Sent.Target()
		d.Lines = append(d.Lines, Visible(f.Missed.Verdict))
	}
	if w.changes && f.Fingerprint != "" {
		d.Label, told = title(f.Rule), f.Message
		if line := changed(f); line != "" {
			d.Lines = append(d.Lines, line)
		}
	}
	if w.command == "whatif" {
		told = c.Name + ": " + told
	}
	d.Title, _, _ = strings.Cut(told, "\n")
	d.Title = Visible(d.Title)
	if !w.changes {
		d.Lines = append(d.Lines, valueLines(f)...)
	}
	if f.Missed == nil && f.Details != "" {
		d.Lines = append(d.Lines, lines(strings.TrimPrefix(f.Details, "\n"))...)
	}
	if f.Hint != "" {
		d.Lines = append(d.Lines, lines(f.Hint)...)
	}
	d.facts(c, f)
	switch {
	case f.Missed != nil:
		d.missed(p, f)
	case len(f.Examples) > 0:
		d.compare(p, f)
	default:
		for i := range c.Exchanges {
			if f.isOf(&c.Exchanges[i]) && exchanges[i] != "" {
				d.Bar = barOf(&c.Exchanges[i])
				d.Shown = htmlRef{ID: exchanges[i], Line: bodyLine(&c.Exchanges[i], f), Says: Visible(clip(told, 200))}
				break
			}
		}
	}
}

// changed says of a change what was and what is, where that is short.
func changed(f *Finding) string {
	text := Visible(f.Part)
	if !f.repeatsValues() {
		text = strings.TrimPrefix(text+": ", ": ") + "was " + value(f.Want) + ", is " + value(f.Got)
	}
	return text
}

// valueLines are want and got below one another, where the title cannot hold them.
func valueLines(f *Finding) []string {
	if f.Want == "" && f.Got == "" || f.saysValues() || f.repeatsValues() || f.Missed != nil {
		return nil
	}
	return []string{"want " + value(f.Want), "got  " + value(f.Got)}
}

func (d *htmlDetail) facts(c *Case, f *Finding) {
	at := ""
	if f.Cassette.File != "" {
		at = Visible(f.Cassette.String()) + interaction(f)
	}
	file := f.Place.String()
	if file == "" {
		file = c.File
	}
	for _, fact := range []htmlFact{
		{"scenario", Visible(c.Name)}, {"step", Visible(f.Step)}, {"file", Visible(file)}, {"cassette", at},
		{"path", Visible(f.Where)}, {"rule", Visible(string(f.Rule))}, {"id", f.ID},
	} {
		if strings.TrimSpace(fact.Value) != "" && !(fact.Name == "scenario" && (fact.Value == Visible(file) || f.Step == "")) {
			d.Facts = append(d.Facts, fact)
		}
	}
}

// bodyLine is the line of an exchange's body that a finding is about: that of the value, or
// where there is none of the object that lacks it.
func bodyLine(e *Exchange, f *Finding) int {
	for where := f.Where; strings.HasPrefix(where, "$"); {
		if n := lineOf(e.Response.Body, where); n > 0 {
			return n
		}
		at := strings.LastIndexByte(where, '[')
		if at < 0 {
			return 0
		}
		where = where[:at]
	}
	return 0
}

// whole fills in the detail of a case that has nothing to tell.
func (d *htmlDetail) whole(c *Case, exchanges []string, w *words) {
	for _, fact := range []htmlFact{{"file", Visible(c.File)}, {"status", string(c.Status)}} {
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
	if w.changes && c.Status == Passed {
		d.Lines = append(d.Lines, "Only ids, dates, tokens and order differ, or nothing at all.")
	}
	for i := range c.Exchanges {
		e := &c.Exchanges[i]
		if exchanges[i] != "" {
			d.Refs = append(d.Refs, htmlRef{ID: exchanges[i], Name: Visible(e.Name), Bar: barOf(e)})
		}
	}
}

// exchanges adds a case's exchanges, and returns their ids.
func (p *htmlPage) exchanges(c *Case) []string {
	ids := make([]string, len(c.Exchanges))
	for i := range c.Exchanges {
		ids[i] = p.exchange(&c.Exchanges[i])
	}
	return ids
}

func (p *htmlPage) exchange(e *Exchange) string {
	shown := htmlExchange{ID: p.id("exchange"), Bar: barOf(e), Panels: p.panels(e)}
	p.Exchanges = append(p.Exchanges, shown)
	return shown.ID
}

// panels are the parts of an exchange: the response's body first.
func (p *htmlPage) panels(e *Exchange) []htmlPanel {
	p.Pseudonyms = append(p.Pseudonyms, e.Pseudonyms...)
	var panels []htmlPanel
	if e.Status > 0 {
		body := htmlPanel{Name: "Response body", Text: p.body(e.Response.Body)}
		if body.Text == "" {
			body.Note = "The response has no body."
		}
		panels = append(panels, body)
		if len(e.Response.Header) > 0 {
			panels = append(panels, htmlPanel{Name: "Headers", Heads: heads(e.Response.Header)})
		}
	}
	request := htmlPanel{Name: "Request", Heads: heads(e.Request.Header), Text: p.body(e.Request.Body), Note: Visible(e.Method + " " + e.URL)}
	return append(panels, request)
}

func heads(header map[string][]string) []htmlHead {
	var all []htmlHead
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			all = append(all, htmlHead{Visible(name), Visible(clip(value, longestBody/8))})
		}
	}
	return all
}

// body is a body as far as there is room for it.
func (p *htmlPage) body(text string) string {
	most := longestBody
	if p.budget <= 0 {
		most = shortBody
	}
	shown := text[:min(len(text), most)]
	p.budget -= len(shown)
	told := strings.Join(bodyLines(strings.ToValidUTF8(shown, "\uFFFD")), "\n")
	if more := len(text) - len(shown); more > 0 {
		told += fmt.Sprintf("\n… %d more bytes", more)
	}
	return told
}

func barOf(e *Exchange) *htmlBar {
	bar := &htmlBar{Method: Visible(e.Method), Target: Visible(e.Target()), Class: statusClass(e.Status)}
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
		return count(n, "byte")
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// compare shows a change: both sides of its first example, line by line, and the others.
func (d *htmlDetail) compare(p *htmlPage, f *Finding) {
	first := &f.Examples[0]
	old, new := first.Old, first.New
	if old == nil && new == nil {
		return
	}
	if cmp.Or(new, old).Status == 0 { // no exchange, but what metadata declares
		panel := p.comparison(first, f.Where)
		panel.Name, panel.Note = "Declaration", ""
		shift(panel.Rows, first)
		d.Panels = append(d.Panels, panel)
		return
	}
	d.Bar = barOf(cmp.Or(new, old))
	if old != nil && new != nil {
		was, is := barOf(old), barOf(new)
		d.Bar.Status, d.Bar.Size, d.Bar.Took = was.Status+" → "+is.Status, cmp.Or(was.Size, "0 bytes")+" → "+cmp.Or(is.Size, "0 bytes"), ""
	}
	body := p.comparison(first, f.Where)
	headers := headersOf(first)
	if strings.HasPrefix(f.Where, "header.") {
		d.Panels = append(d.Panels, headers, body)
	} else {
		d.Panels = append(d.Panels, body, headers)
	}
	request := p.panels(cmp.Or(new, old))
	d.Panels = append(d.Panels, request[len(request)-1])
	if len(f.Examples) > 1 {
		others := htmlPanel{Name: count(len(f.Examples), "place")}
		for i := range f.Examples {
			one := p.comparison(&f.Examples[i], f.Where)
			one.Name = Visible(cmp.Or(f.Examples[i].New, f.Examples[i].Old).Head())
			others.More = append(others.More, one)
		}
		d.Panels = append(d.Panels, others)
	}
}

// comparison is the bodies of an example.
func (p *htmlPage) comparison(e *Example, where string) htmlPanel {
	panel := htmlPanel{Name: "Response body"}
	for _, side := range []*Exchange{e.Old, e.New} {
		if side != nil {
			p.Pseudonyms = append(p.Pseudonyms, side.Pseudonyms...)
		}
	}
	switch {
	case e.New == nil:
		panel.Rows, panel.Note = single(clipped(e.Old.Response.Body), "gone", e.OldLine), "There is nothing like it in the new recording."
	case e.Old == nil:
		panel.Rows, panel.Note = single(clipped(e.New.Response.Body), "come", e.NewLine), "There was nothing like it in the old recording."
	default:
		s := sidesOf(e)
		var loose int
		panel.Rows, loose = s.rows()
		p.spend(panel.Rows)
		if loose > 0 {
			panel.Note = count(loose, "value") + " that may differ between any two recordings " + are(loose) + " dimmed."
		}
		if len(s.old)+len(s.new) == 0 {
			panel.Note = "Neither response has a body."
		}
	}
	if where == "status" {
		panel.Name = "Response"
		panel.Rows = append([]pageRow{{Kind: "pair", Old: e.statusLine(e.Old), New: e.statusLine(e.New), Marked: true}}, panel.Rows...)
	}
	return panel
}

// sidesOf are the bodies of an example's responses.
func sidesOf(e *Example) sides {
	s := sides{oldMark: e.OldLine, newMark: e.NewLine}
	if e.Old != nil {
		s.old = clipped(e.Old.Response.Body)
	}
	if e.New != nil {
		s.new = clipped(e.New.Response.Body)
	}
	if e.OldAs != "" && e.NewAs != "" {
		s.oldAs, s.newAs = strings.Split(e.OldAs, "\n"), strings.Split(e.NewAs, "\n")
		s.oldAs, s.newAs = s.oldAs[:min(len(s.oldAs), len(s.old))], s.newAs[:min(len(s.newAs), len(s.new))]
	}
	return s
}

// shift numbers rows as the files do that they are parts of.
func shift(rows []pageRow, e *Example) {
	for i := range rows {
		r := &rows[i]
		if r.OldN > 0 && e.Old != nil {
			r.OldN += max(e.Old.Line-1, 0)
		}
		if r.NewN > 0 && e.New != nil {
			r.NewN += max(e.New.Line-1, 0)
		}
		shift(r.Folded, e)
	}
}

// spend counts rows against what a page may hold, and leaves folded ones out where it holds
// too much.
func (p *htmlPage) spend(rows []pageRow) {
	for i := range rows {
		p.budget -= len(rows[i].Old) + len(rows[i].New)
		if p.budget < 0 {
			rows[i].Folded = nil
		}
		p.spend(rows[i].Folded)
	}
}

func (e *Example) statusLine(side *Exchange) string {
	if side == nil {
		return ""
	}
	return Visible(side.Head())
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// mostLinesCompared bounds the bodies that are laid beside one another, and longestLine a
// line of them.
const (
	mostLinesCompared = 20_000
	longestLine       = 2000
)

func clipped(body string) []string {
	all := bodyLines(body)
	all = all[:min(len(all), mostLinesCompared)]
	for i := range all {
		all[i] = clip(all[i], longestLine)
	}
	return all
}

func headersOf(e *Example) htmlPanel {
	text := func(side *Exchange) (all []string) {
		if side != nil {
			for _, h := range heads(side.Response.Header) {
				all = append(all, h.Name+": "+h.Value)
			}
		}
		return all
	}
	s := sides{old: text(e.Old), new: text(e.New)}
	panel := htmlPanel{Name: "Headers"}
	changed := 0
	for _, p := range compareLines(s.old, s.new) {
		if p.old < 0 || p.new < 0 {
			changed++
		}
	}
	panel.Rows, _ = s.rows()
	if changed > 0 && e.Old != nil && e.New != nil {
		panel.Name += fmt.Sprintf(" (%d changed)", changed)
	}
	return panel
}

// missed shows a request without an answer beside the nearest recorded one.
func (d *htmlDetail) missed(p *htmlPage, f *Finding) {
	m := f.Missed
	d.Bar = barOf(&m.Sent)
	d.Bar.Status, d.Bar.Class = "no answer", "error"
	sent := p.requestLines(&m.Sent)
	if len(m.Nearest) == 0 {
		d.Panels = append(d.Panels, htmlPanel{Name: "Request", Rows: single(sent, "same", 0), Note: "Nothing like it was recorded."})
		return
	}
	near := &m.Nearest[0]
	s := sides{old: p.requestLines(&near.Exchange), new: sent}
	panel := htmlPanel{Name: "Recorded and sent"}
	for _, diff := range near.Differences {
		panel.Fields = append(panel.Fields, Difference{Visible(diff.Field), Visible(diff.Recorded), Visible(diff.Received)})
	}
	panel.Rows, _ = s.rows()
	d.Panels = append(d.Panels, panel)
	for _, recorded := range p.panels(&near.Exchange) {
		if recorded.Name != "Request" {
			recorded.Name = "Recorded " + strings.ToLower(recorded.Name)
			d.Panels = append(d.Panels, recorded)
		}
	}
	if len(m.Nearest) > 1 {
		others := htmlPanel{Name: "Other near ones"}
		for i := range m.Nearest[1:] {
			other := &m.Nearest[1+i]
			one := htmlPanel{Name: Visible(other.Head()) + " (" + Visible(other.Place.String()) + ")"}
			for _, diff := range other.Differences {
				one.Fields = append(one.Fields, Difference{Visible(diff.Field), Visible(diff.Recorded), Visible(diff.Received)})
			}
			others.More = append(others.More, one)
		}
		d.Panels = append(d.Panels, others)
	}
}

// requestLines is a request as a text: its line, the headers that decide, its body. The
// options of the query stand on lines of their own, so that one that differs is one line.
func (p *htmlPage) requestLines(e *Exchange) []string {
	p.Pseudonyms = append(p.Pseudonyms, e.Pseudonyms...)
	path, query, _ := strings.Cut(e.Target(), "?")
	all := []string{Visible(e.Method + " " + path)}
	if query != "" {
		for i, option := range strings.Split(query, "&") {
			all = append(all, "  "+string("?&"[min(i, 1)])+Visible(clip(option, longestLine)))
		}
	}
	for _, h := range heads(e.Request.Header) {
		if !isNoise(h.Name) {
			all = append(all, h.Name+": "+clip(h.Value, longestLine))
		}
	}
	if body := clipped(e.Request.Body); len(body) > 0 {
		all = append(append(all, ""), body...)
	}
	return all
}

// isNoise reports whether a header of a request says nothing of what is asked for.
func isNoise(name string) bool {
	switch strings.ToLower(name) {
	case "user-agent", "authorization", "client-request-id", "sdkversion", "traceparent", "tracestate", "accept-encoding", "connection", "content-length", "host", "retry-attempt":
		return true
	}
	return false
}
