package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// An entry is a key with its answers.
type entry struct {
	key      Key
	answers  []*record
	read     bool
	repeat   Repeat
	barriers []*barrier // that order the answers of a read
}

// final is the answer that was recorded last.
func (e *entry) final() *record { return e.answers[len(e.answers)-1] }

// A record is one recorded answer of an entry.
type record struct {
	source
	entry    *entry
	number   int        // its place in entry.answers
	position int        // in recorded order over all cassettes, from 1
	barriers []*barrier // of a write: those that it is part of
	batch    *batch     // of the request, when it was one

	plain lazy[string]

	absent     lazy[bool]
	prepared   lazy[any]
	pseudonyms lazy[heldPseudonyms]
}

// A source is where a recorded request and its answer stand.
type source struct {
	cassette    *cassette.Cassette
	interaction *cassette.Interaction
}

// A barrier is the set of writes that bind one sort of read: see raiseBarriers.
type barrier struct {
	writes []*record // in recorded order
}

// A lazy value is computed when it is first asked for; two who ask at once may both do so.
type lazy[T any] struct{ made atomic.Pointer[T] }

func (l *lazy[T]) get(compute func() T) T {
	if made := l.made.Load(); made != nil {
		return *made
	}
	made := compute()
	l.made.CompareAndSwap(nil, &made)
	return *l.made.Load()
}

// place is the file and line of an interaction, as far as known.
func (s source) place() string {
	if s.interaction.Line > 0 {
		return fmt.Sprintf("%s:%d", s.file(), s.interaction.Line)
	}
	return strings.TrimPrefix(fmt.Sprintf("%s, interaction %d", s.file(), s.interaction.ID), ", ")
}

func (s source) file() string { return cmp.Or(s.cassette.File, s.cassette.Name) }

// request is the recorded request in a line, without what gives access.
func (s source) request() string {
	return methodOf(s.interaction.Request.Method) + " " + Shown(s.interaction.Request.URL)
}

// body is the response body as it is served: without compression. Files that this project
// writes hold plain bodies; others may hold them as they came.
func (r *record) body() string {
	response := &r.interaction.Response
	if r.cassette.Meta.Format != 0 {
		return response.Body
	}
	return r.plain.get(func() string {
		plain, _, _ := wire.Decode(response.Headers, response.Body, maxInflated) // one that is damaged stays as it is
		return plain
	})
}

// bodyFor is the body of an answer to a batch whose parts have other ids.
func (r *record) bodyFor(live []string) string {
	ids, m := map[string]string{}, r.message(r.body())
	for n, id := range r.batch.ids() {
		if live[n] != id {
			ids[id] = live[n]
		}
	}
	if len(ids) > 0 {
		renameParts(&m, ids)
	}
	return m.Body
}

// message is the answer with a body that may be another than the stored one.
func (r *record) message(body string) place.Message {
	response := &r.interaction.Response
	return place.Message{
		Method: r.interaction.Request.Method, Address: r.interaction.Request.URL, Answer: true, Status: response.Code,
		Header: response.Headers, Trailer: response.Trailer, Body: body,
	}
}

// unfinished reports whether the answer is the state of an operation that is still
// under way, so that a client polling for its end would wait in vain.
func (r *record) unfinished() bool {
	if r.interaction.Response.Code != http.StatusAccepted && !async.IsOperationPath(r.entry.key.Path) {
		return false
	}
	doc, _ := jsondoc.Parse(r.body())
	return async.IsUnfinished(async.StateOf(doc))
}

// foundNothing reports whether the answer says that there is nothing of what was asked for.
func (r *record) foundNothing() bool {
	return r.absent.get(func() bool {
		if r.interaction.Response.Code == http.StatusNotFound {
			return true
		}
		doc, _ := jsondoc.Parse(r.body())
		answer, _ := doc.(map[string]any)
		list, is := answer["value"].([]any)
		return is && len(list) == 0
	})
}

// held lists the pseudonyms of the answer.
func (r *record) held(faker *identity.Faker) heldPseudonyms {
	return r.pseudonyms.get(func() heldPseudonyms {
		found, header, body := map[string]bool{}, r.message(""), r.message(r.body())
		findPseudonyms(faker, &header, found)
		inHeader := len(found) > 0
		findPseudonyms(faker, &body, found)
		return heldPseudonyms{slices.Collect(maps.Keys(found)), inHeader}
	})
}

// An Answer is what a session serves for a request.
type Answer struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Body        string // to serve: the recorded one, with a batch's ids and bound values as the client has them
	Note        string // what was unusual about the choice, "" when nothing was

	record       *record
	bound        *bindings // whose values stand in its headers; nil where none do
	read         func()    // see Read; nil where nobody asks
	contentRange string    // where it is another than the recorded one
}

// Prepared returns what build made of the answer's interaction and recorded body the first time
// that anybody asked, in whichever session. All callers must hand in the same function, and
// treat the result as read-only.
func (a *Answer) Prepared(build func(i *cassette.Interaction, body string) any) any {
	return a.record.prepared.get(func() any { return build(a.record.interaction, a.record.body()) })
}

// RestoreHeader puts the session's values back in response headers or trailers, in place.
func (a *Answer) RestoreHeader(header http.Header) {
	if a.contentRange != "" && header.Get("Content-Range") != "" {
		header.Set("Content-Range", a.contentRange)
	}
	if a.bound == nil {
		return
	}
	m := place.Message{Answer: true, Method: http.MethodGet, Header: header}
	if place.Rewrite(&m, a.bound.putBack) {
		maps.Copy(header, m.Header)
	}
}

// Read says to the session that the answer was read, or given up: once counts.
func (a *Answer) Read() {
	if a.read != nil {
		a.read()
	}
}
