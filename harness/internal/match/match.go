package match

import (
	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Key is the canonical, comparable form of a request. Equal keys ask for the
// same answers.
type Key struct {
	Method    string
	Host      string // host class
	Path      string // canonical path
	Query     string // canonical query
	Headers   string // significant headers, canonical, one a line
	Body      string // kind and digest of the canonical body, "" when there is none
	Principal string // who asks, when recordings tell callers apart
}

// An Answer is what a session serves for a request.
type Answer struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Body        string // the response body to serve: the recorded one, with a batch's ids and bound values as the client has them
	Note        string // what was unusual about the choice, "" when nothing was

	record *record
	bound  *bindings // whose values stand in it; nil when none do
	read   func()    // see Read; nil where nobody asks

	contentRange string // where it is another than the recorded one
}

// Unused is an interaction that no request consumed. Leftover is true for a
// further answer of a key that was asked for: worth a note, no more.
type Unused struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Leftover    bool
}

// Prepared returns what build made of the answer's interaction the first time
// that anybody asked, in whichever session; body is the recorded body as it is
// served. It lets a transport do once for an index what does not differ between
// two replays. All callers must hand in the same function, and treat the result
// as read-only.
func (a *Answer) Prepared(build func(i *cassette.Interaction, body string) any) any {
	r := a.record
	if r == nil {
		return build(a.Interaction, a.Body)
	}
	if made := r.prepared.Load(); made != nil {
		return *made
	}
	made := build(r.interaction, r.body())
	r.prepared.CompareAndSwap(nil, &made)
	return *r.prepared.Load()
}
