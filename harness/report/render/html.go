package render

import (
	"crypto/sha256"
	_ "embed" // for the page's parts
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
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

func init() { renderers["html"] = writeHTML }

func writeHTML(w io.Writer, s *report.Suite, _ Style) error {
	p := pageOf(s)
	p.Policy = policy("")
	return writePage(w, p)
}

func writePage(w io.Writer, p *htmlPage) error {
	p.CSS, p.JS = template.CSS(pageCSS), template.JS(pageJS)
	return pageTemplate().Execute(w, p)
}

// pageTemplate is parsed once; it is never changed.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageHTML))
})

// policy allows the page's own style and script, by their digests, and a connection where
// one is named.
func policy(connect string) string {
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	text := "default-src 'none'; style-src " + digest(pageCSS) + "; script-src " + digest(pageJS) + "; base-uri 'none'; form-action 'none'"
	if connect != "" {
		text += "; connect-src " + connect
	}
	return text
}

// A LiveEntry is a request that a server saw.
type LiveEntry struct {
	N        int // its number, from 1
	Session  string
	Exchange report.Exchange // what answered it; without a status: nothing did
	Missed   *report.Miss    // where nothing was recorded that answers it
	Hint     string          // what to do about that
	Problem  string          // why there was no answer else
}

// A LiveUpdate is what a live page hears: an item of its list and what it shows, as HTML.
type LiveUpdate struct {
	ID         string   `json:"id"`
	Class      string   `json:"class"` // "passed" or "error"
	Item       string   `json:"item"`
	Detail     string   `json:"detail"`
	Pseudonyms []string `json:"pseudonyms"`
}

// LivePage writes a page that is empty at first, and hears at an address (of server-sent
// events, each a LiveUpdate) of what comes.
func LivePage(w io.Writer, name, events string) error {
	p := &htmlPage{Command: "serve", Title: visible.Text(name), Live: events, Policy: policy("'self'")}
	p.Headline = []htmlSpan{{"", "Serving " + visible.Text(name)}}
	p.About = []string{"Requests as they come, the last one first."}
	p.Chips = []htmlChip{{"", "All", 0}, {"error", "No answer", 0}, {"passed", "Answered", 0}}
	p.Groups = []htmlGroup{{Class: "live", Name: "Requests", Subs: []htmlSub{{}}}}
	return writePage(w, p)
}

// LiveItem renders an entry.
func LiveItem(e LiveEntry) (LiveUpdate, error) {
	g, parsed := newGallery(), pageTemplate()
	d, item := g.live(&e)
	var list, detail strings.Builder
	err := errors.Join(parsed.ExecuteTemplate(&list, "item", item), parsed.ExecuteTemplate(&detail, "detail", d))
	if err != nil {
		return LiveUpdate{}, fmt.Errorf("write a live page: %w", err)
	}
	return LiveUpdate{d.ID, d.Class, list.String(), detail.String(), append([]string{}, g.Pseudonyms...)}, nil
}

func (g *gallery) live(e *LiveEntry) (htmlDetail, htmlItem) {
	id := fmt.Sprintf("r%d", e.N)
	var d htmlDetail
	item := htmlItem{ID: id, Class: "error"}
	switch {
	case e.Missed != nil:
		d.Label, d.Title = "No answer", visible.Text(e.Missed.Sent.Method+" "+e.Missed.Sent.Target())
		d.Lines = append([]string{visible.Text(e.Missed.Verdict)}, visible.Lines(e.Hint)...)
		d.missed(g, e.Missed)
		item.Label, item.Text, item.Small = "No answer", visible.Clip(d.Title, 160), visible.Text(e.Missed.Verdict)
	case e.Exchange.Status > 0:
		d = g.interaction(&e.Exchange, e.N)
		item = d.item(&e.Exchange)
		item.ID, item.Class = id, "passed"
	default:
		d.Title, d.Bar, d.Lines = visible.Text(e.Exchange.Method+" "+e.Exchange.Target()), barOf(&e.Exchange), visible.Lines(e.Problem)
		item.Label, item.Text, item.Small = "Failed", visible.Clip(d.Title, 160), visible.Clip(visible.Text(e.Problem), 100)
	}
	d.ID, d.Class = id, item.Class
	if e.Session != "" {
		d.Facts = append(d.Facts, htmlFact{"session", visible.Text(e.Session)})
		item.Small += " · session " + fmt.Sprintf("%.8s", visible.Text(e.Session))
	}
	return d, item
}
