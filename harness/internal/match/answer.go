package match

import (
	"net/http"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// An Answer is what a session serves for a request.
type Answer struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Body        string // the response body to serve: the recorded one, with a batch's ids and bound values as the client has them
	Note        string // what was unusual about the choice, "" when nothing was

	record       *record
	bound        *bindings // whose values stand in its headers; nil where none do
	read         func()    // see Read; nil where nobody asks
	contentRange string    // where it is another than the recorded one
}

// Prepared returns what build made of the answer's interaction the first time
// that anybody asked, in whichever session; body is the recorded body as it is
// served. It lets a transport do once for an index what does not differ between
// two replays. All callers must hand in the same function, and treat the result
// as read-only.
func (a *Answer) Prepared(build func(i *cassette.Interaction, body string) any) any {
	if a.record == nil {
		return build(a.Interaction, a.Body)
	}
	return a.record.prepared.get(func() any { return build(a.record.interaction, a.record.body()) })
}

// Bound reports whether headers hold what RestoreHeader puts back.
func (a *Answer) Bound() bool { return a.contentRange != "" || a.bound != nil }

// RestoreHeader puts the session's values back for the pseudonyms in response headers
// or trailers, in place.
func (a *Answer) RestoreHeader(header http.Header) {
	if a.contentRange != "" && header.Get("Content-Range") != "" {
		header.Set("Content-Range", a.contentRange)
	}
	if len(header) == 0 || a.bound == nil {
		return
	}
	m := place.Message{Answer: true, Method: http.MethodGet, Header: header}
	if a.bound.putBack(&m) {
		for name, values := range m.Header {
			header[name] = values
		}
	}
}

// Read tells the session that the answer was read, or given up: at most once counts. Those
// who serve an answer call it when its body has ended.
func (a *Answer) Read() {
	if a.read != nil {
		a.read()
	}
}

// Watched reports whether the session waits for Read.
func (a *Answer) Watched() bool { return a.read != nil }
