package render

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// compare shows a change: both sides of its first example, line by line, and the others.
func (d *htmlDetail) compare(g *gallery, f *report.Finding) {
	first := &f.Examples[0]
	if first.Old == nil && first.New == nil {
		return
	}
	d.Shown = g.pairRef(first)
	if strings.HasPrefix(f.Where, "header.") {
		d.Shown.Tab = "Headers"
	}
	d.Bar, d.Shown.Bar = d.Shown.Bar, nil
	for i := range f.Examples[1:] {
		if e := &f.Examples[1+i]; e.Old != nil || e.New != nil {
			d.Refs = append(d.Refs, g.pairRef(e))
		}
	}
}

// pairRef leads to the comparison of an example, and the lines of it that the example is about.
func (g *gallery) pairRef(e *report.Example) htmlRef {
	ref := htmlRef{ID: g.pair(e), Old: e.OldLine, New: e.NewLine}
	if isDeclared(e) {
		ref.Old, ref.New = inFile(ref.Old, e.Old), inFile(ref.New, e.New)
		return ref
	}
	ref.Bar = barOf(cmp.Or(e.New, e.Old))
	if e.Old != nil && e.New != nil {
		was, is := barOf(e.Old), barOf(e.New)
		ref.Bar.Status, ref.Bar.Size, ref.Bar.Took = was.Status+" → "+is.Status, cmp.Or(was.Size, "0 bytes")+" → "+cmp.Or(is.Size, "0 bytes"), ""
	}
	return ref
}

// isDeclared reports whether an example is no exchange, but what metadata declares.
func isDeclared(e *report.Example) bool { return cmp.Or(e.New, e.Old).Status == 0 }

// pair makes the panels of two exchanges beside one another, once, however many changes
// show in them.
func (g *gallery) pair(e *report.Example) string {
	key := [2]*report.Exchange{e.Old, e.New}
	if id := g.pairs[key]; id != "" {
		return id
	}
	shown := htmlExchange{ID: g.id("pair")}
	neutral := *e // each change marks its own lines
	neutral.OldLine, neutral.NewLine = 0, 0
	body := g.comparison(&neutral)
	if isDeclared(e) {
		body.Name, body.Note = "Declaration", ""
		shift(body.Rows, e)
		shown.Panels = []htmlPanel{body}
	} else {
		request := g.panels(cmp.Or(e.New, e.Old))
		shown.Panels = []htmlPanel{body, headersOf(e), request[len(request)-1]}
	}
	g.Exchanges = append(g.Exchanges, shown)
	g.pairs[key] = shown.ID
	return shown.ID
}

// comparison is the bodies of an example.
func (g *gallery) comparison(e *report.Example) htmlPanel {
	panel := htmlPanel{Name: "Response body"}
	for _, side := range []*report.Exchange{e.Old, e.New} {
		if side != nil {
			g.Pseudonyms = append(g.Pseudonyms, side.Pseudonyms...)
		}
	}
	switch {
	case e.New == nil:
		panel.Rows, panel.Note = single(clipped(e.Old.Response.Body), "gone"), "There is nothing like it in the new recording."
	case e.Old == nil:
		panel.Rows, panel.Note = single(clipped(e.New.Response.Body), "come"), "There was nothing like it in the old recording."
	default:
		s := sidesOf(e)
		var loose int
		panel.Rows, loose = s.rows()
		g.spend(panel.Rows)
		if loose > 0 {
			panel.Note = fault.Count(loose, "value") + " that may differ between any two recordings " + either(loose, "is", "are") + " dimmed."
		}
		if len(s.old)+len(s.new) == 0 {
			panel.Note = "Neither response has a body."
		}
	}
	if e.Old != nil && e.New != nil && e.Old.Status != e.New.Status {
		panel.Rows = append([]pageRow{{Kind: "pair", Old: visible.Text(e.Old.Head()), New: visible.Text(e.New.Head())}}, panel.Rows...)
	}
	return panel
}

// sidesOf are the bodies of an example's responses.
func sidesOf(e *report.Example) sides {
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
func shift(rows []pageRow, e *report.Example) {
	for i := range rows {
		r := &rows[i]
		r.OldN, r.NewN = inFile(r.OldN, e.Old), inFile(r.NewN, e.New)
		shift(r.Folded, e)
	}
}

// inFile is a line of a body as the file numbers it; 0 is none.
func inFile(line int, of *report.Exchange) int {
	if line == 0 || of == nil {
		return line
	}
	return line + max(of.Line-1, 0)
}

// spend counts rows against what a page may hold, and leaves folded ones out where it holds
// too much.
func (g *gallery) spend(rows []pageRow) {
	for i := range rows {
		g.budget -= len(rows[i].Old) + len(rows[i].New)
		if g.budget < 0 {
			rows[i].Folded = nil
		}
		g.spend(rows[i].Folded)
	}
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
		all[i] = visible.Clip(all[i], longestLine)
	}
	return all
}

func headersOf(e *report.Example) htmlPanel {
	text := func(side *report.Exchange) (all []string) {
		if side != nil {
			for _, h := range heads(side.Response.Header) {
				all = append(all, h.Name+": "+h.Value)
			}
		}
		return all
	}
	s := sides{old: text(e.Old), new: text(e.New)}
	panel := htmlPanel{Name: "Headers"}
	panel.Rows, _ = s.rows()
	changed := 0
	for _, r := range panel.Rows {
		switch r.Kind {
		case "pair": // a line that is gone, and one that came
			changed += 2
		case "gone", "come":
			changed++
		}
	}
	if changed > 0 && e.Old != nil && e.New != nil {
		panel.Name += fmt.Sprintf(" (%d changed)", changed)
	}
	return panel
}

// missed shows a request without an answer beside the nearest recorded one.
func (d *htmlDetail) missed(g *gallery, m *report.Miss) {
	d.Bar = barOf(&m.Sent)
	d.Bar.Status, d.Bar.Class = "no answer", "error"
	sent := g.requestLines(&m.Sent)
	if len(m.Nearest) == 0 {
		d.Panels = append(d.Panels, htmlPanel{Name: "Request", Rows: single(sent, "same"), Note: "Nothing like it was recorded."})
		return
	}
	near := &m.Nearest[0]
	s := sides{old: g.requestLines(&near.Exchange), new: sent}
	s.oldAs, s.newAs = unescaped(s.old), unescaped(s.new)
	panel := htmlPanel{Name: "Recorded and sent", Fields: differences(near)}
	panel.Rows, _ = s.rows()
	d.Panels = append(d.Panels, panel)
	for _, recorded := range g.panels(&near.Exchange) {
		if recorded.Name != "Request" {
			recorded.Name = "Recorded " + strings.ToLower(recorded.Name)
			d.Panels = append(d.Panels, recorded)
		}
	}
	if len(m.Nearest) > 1 {
		others := htmlPanel{Name: "Other near ones"}
		for i := range m.Nearest[1:] {
			other := &m.Nearest[1+i]
			name := visible.Text(other.Head()) + " (" + visible.Text(other.Place.String()) + ")"
			others.More = append(others.More, htmlPanel{Name: name, Fields: differences(other)})
		}
		d.Panels = append(d.Panels, others)
	}
}

func differences(near *report.Near) []report.Difference {
	all := slices.Clone(near.Differences)
	for i, d := range all {
		all[i] = report.Difference{Field: visible.Text(d.Field), Recorded: visible.Text(d.Recorded), Received: visible.Text(d.Received)}
	}
	return all
}

// unescaped are lines as they are compared: an escape in an address says nothing, nor does
// whether another line follows.
func unescaped(lines []string) []string {
	plain := make([]string, len(lines))
	for i, line := range lines {
		plain[i] = line
		if is, err := url.PathUnescape(line); err == nil {
			plain[i] = is
		}
		plain[i] = strings.TrimSuffix(plain[i], ",")
	}
	return plain
}

// requestLines is a request as a text: its line, the headers that decide, its body. The
// options of the query stand on lines of their own, so that one that differs is one line.
func (g *gallery) requestLines(e *report.Exchange) []string {
	g.Pseudonyms = append(g.Pseudonyms, e.Pseudonyms...)
	path, query, _ := strings.Cut(e.Target(), "?")
	all := []string{visible.Text(e.Method + " " + path)}
	if query != "" {
		for i, option := range strings.Split(query, "&") {
			all = append(all, "  "+string("?&"[min(i, 1)])+visible.Text(visible.Clip(option, longestLine)))
		}
	}
	for _, h := range heads(e.Request.Header) {
		if !isNoise(h.Name) {
			all = append(all, h.Name+": "+visible.Clip(h.Value, longestLine))
		}
	}
	if body := clipped(e.Request.Body); len(body) > 0 {
		all = append(append(all, ""), body...)
	}
	return all
}

// isNoise reports whether a header of a request says nothing of what is asked for.
func isNoise(name string) bool {
	return slices.Contains([]string{
		"user-agent", "authorization", "client-request-id", "sdkversion", "traceparent", "tracestate",
		"accept-encoding", "connection", "content-length", "host", "retry-attempt",
	}, strings.ToLower(name))
}
