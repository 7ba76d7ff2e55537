package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/graphvcr/graphvcr/harness/report/render"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Request is what came, and what became of it.
type Request struct {
	Session     string // whose it is, "" for the server's own
	Method, URL string // the address without its query
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction // what answered, or was recorded; nil: nothing
	Miss        *match.MissError      // why nothing was recorded that answers it
	Err         error                 // why there was no answer else
}

// mostKept bounds the requests that a page keeps.
const mostKept = 1000

// Page is what a browser looks at, and what it hears of.
type Page struct {
	name string

	mu      sync.Mutex
	kept    []Request
	first   int           // the number of the first one that is kept
	changed chan struct{} // closed when there is more
	over    bool
}

// New shows what a server does that serves something of a name.
func New(name string) *Page { return &Page{name: name, changed: make(chan struct{})} }

// longestBody bounds what is kept of a body that no cassette in memory holds.
const longestBody = 64 << 10

// See adds a request.
func (p *Page) See(r Request) {
	if r.Interaction != nil && r.Cassette == nil {
		r.Interaction = kept(r.Interaction)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.kept) == mostKept {
		p.kept = append(p.kept[:0:0], p.kept[mostKept/10:]...)
		p.first += mostKept / 10
	}
	p.kept = append(p.kept, r)
	p.wake()
}

// kept is what a page keeps of an interaction that is on its way to a file.
func kept(i *cassette.Interaction) *cassette.Interaction {
	is := &cassette.Interaction{ID: i.ID, Request: i.Request, Response: i.Response}
	for _, body := range []*string{&is.Request.Body, &is.Response.Body} {
		if n := len(*body); n > longestBody {
			*body = fmt.Sprintf("(%d bytes)", n)
		}
	}
	return is
}

func (p *Page) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Close ends what browsers hear, so that a server can end.
func (p *Page) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.wake()
}

// since are the requests from a number on, and what is closed when there are more.
func (p *Page) since(n int) (some []Request, from int, changed <-chan struct{}, over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from = max(n, p.first)
	if from < p.first+len(p.kept) {
		some = append(some, p.kept[from-p.first:]...)
	}
	return some, from, p.changed, p.over
}

// ServeHTTP serves the page at "" and what it hears at "events".
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch {
	case r.Method != http.MethodGet:
		http.Error(w, "want GET", http.StatusMethodNotAllowed)
	case r.URL.Path == "":
		header.Set("Content-Type", "text/html; charset=utf-8")
		_ = render.LivePage(w, p.name, "events") // a browser that went away does not want it
	case r.URL.Path == "events":
		p.events(w, r)
	default:
		http.NotFound(w, r)
	}
}

// events writes each request once, and each that comes (HTML standard, 9.2).
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	next := 0
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil && last >= 0 {
		next = last + 1
	}
	for {
		some, from, changed, over := p.since(next)
		for i := range some {
			if err := write(w, from+i, &some[i]); err != nil {
				return
			}
		}
		next = from + len(some)
		if control.Flush() != nil || over {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func write(w http.ResponseWriter, n int, r *Request) error {
	item, err := render.LiveItem(r.entry(n))
	if err != nil {
		return err
	}
	text, err := json.Marshal(item)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", n, text)
	return err
}

// entry is a request as reports show it.
func (r *Request) entry(n int) render.LiveEntry {
	e := render.LiveEntry{N: n + 1, Session: r.Session}
	switch {
	case r.Miss != nil:
		e.Missed, e.Hint = display.Missed(r.Miss), r.Miss.NextStep
	case r.Interaction != nil:
		c := r.Cassette
		if c == nil { // it is being recorded
			c = &cassette.Cassette{}
		}
		e.Exchange = display.Of(c, r.Interaction)
	default:
		e.Exchange = report.Exchange{Method: r.Method, URL: r.URL}
		if r.Err != nil {
			e.Problem = r.Err.Error()
		}
	}
	return e
}
