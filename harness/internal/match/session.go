package match

import (
	"net/http"
	"sync"
	"sync/atomic"
)

// Session is one replay of an index.
type Session struct {
	index    *Index
	progress progress
	unsealer *unsealer // nil where the index has no seal
	contents contents
	restored restored
	recalled recalled
}

// NewSession starts a replay with nothing consumed.
func (x *Index) NewSession() *Session {
	s := &Session{index: x, progress: progress{x, newWords(len(x.entries)), newWords(len(x.barriers))}}
	if x.seal != nil {
		s.unsealer = &unsealer{
			seal: x.seal, byKey: x.entryOf, spent: s.progress.spent, served: s.progress.served, givers: x.givers,
			bindRecorded: x.bindRecorded, flights: make([]flight, x.seal.buckets), bound: bindings{seal: x.seal},
		}
	}
	return s
}

// Next returns the next answer to the request. The body is the request's, as the
// client sent it (gzip is looked through). The error is a *MissError.
func (s *Session) Next(req *http.Request, body []byte) (Answer, error) {
	trace := traceOf(req.Context())
	answer, miss := s.next(req, body)
	if miss != nil {
		trace.missed(miss)
		return Answer{}, miss
	}
	s.upload(answer.record, req, body)
	answer.restore(s)
	trace.answered(answer)
	return answer, nil
}

func (s *Session) next(req *http.Request, body []byte) (Answer, *MissError) {
	if e := s.bySpelling(req, body); e != nil {
		return s.take(e, serving{}, req)
	}
	live := s.index.live(req, body)
	e := s.index.entryOf(live.key)
	switch {
	case e != nil:
		return s.take(e, serving{live: live.body.batch}, req)
	case s.index.seal != nil:
		return s.sealed(req, body, &live)
	}
	return Answer{}, s.index.unknown(req, &live)
}

// bySpelling finds the entry of a request without a body that is spelled as it was recorded,
// or as one that was found before.
func (s *Session) bySpelling(req *http.Request, body []byte) *entry {
	if len(body) > 0 {
		return nil
	}
	if e := s.index.bySpelling(req); e != nil || s.index.seal == nil {
		return e
	}
	return s.recalled.entry(s.index, req)
}

// sealed answers a request that no recorded one is spelled like.
func (s *Session) sealed(req *http.Request, body []byte, live *request) (Answer, *MissError) {
	u := s.unsealer
	m := liveMessage(req, body)
	f, why := u.find(m, req.Host, live)
	if f == nil {
		return Answer{}, s.undecided(req, m, live, why)
	}
	f, why, end, read := u.begin(f)
	defer end()
	if f == nil {
		return Answer{}, s.undecided(req, m, live, why)
	}
	answer, miss := s.take(f.entry, serving{ids: f.partIDs, bind: func() { u.bind(f) }, note: f.note, read: read}, req)
	switch {
	case miss != nil && read != nil:
		read()
	case miss == nil && f.only && len(body) == 0:
		s.recalled.note(s.index, req, f.entry)
	}
	return answer, miss
}

// recalled are the entries that spellings were found to ask for, once and for all: what
// is bound stays so.
type recalled struct {
	bySpelling sync.Map
	count      atomic.Int64
}

type recollection struct {
	entry              *entry
	headers, principal string
}

func (r *recalled) entry(x *Index, req *http.Request) *entry {
	spelled, ok := spellingOf(methodOf(req.Method), req.URL)
	if !ok {
		return nil
	}
	known, ok := r.bySpelling.Load(spelled)
	if !ok {
		return nil
	}
	is := known.(recollection)
	if is.principal != x.principal(req) || is.headers != headerKey(req.Header, false, is.entry.ignored) {
		return nil
	}
	return is.entry
}

// maxRecalled bounds the spellings that a session remembers.
const maxRecalled = 1 << 17

func (r *recalled) note(x *Index, req *http.Request, e *entry) {
	if spelled, ok := spellingOf(methodOf(req.Method), req.URL); ok && r.count.Add(1) <= maxRecalled {
		r.bySpelling.Store(spelled, recollection{e, headerKey(req.Header, false, e.ignored), x.principal(req)})
	}
}

// A serving is what an answer is served with beside its entry.
type serving struct {
	live *batch            // the request, where it is a batch that has the entry's key
	ids  map[string]string // else the live ids of its parts, by those of the entry's first recording
	bind func()            // binds what the request says, once it has an answer
	note string
	read func() // see Answer.Read
}

// take serves the next answer of an entry.
func (s *Session) take(e *entry, how serving, req *http.Request) (Answer, *MissError) {
	chosen, now := s.progress.next(e)
	if chosen.answer < 0 {
		return Answer{}, s.consumed(req, e, chosen.reason, now)
	}
	r := &e.answers[chosen.answer]
	if how.bind != nil {
		how.bind()
	}
	answer := Answer{Cassette: r.cassette, Interaction: r.interaction, Body: how.bodyOf(e, r), Note: how.note, record: r, read: how.read}
	if chosen.reason == early || chosen.reason == stale {
		answer.Note = s.progress.note(e, chosen.reason, now)
	}
	return answer, nil
}

// bodyOf is the body that answers a live request: a batch's with its own ids.
func (how *serving) bodyOf(e *entry, r *record) string {
	ids := how.ids
	switch {
	case r.batch == nil || how.live == nil && ids == nil:
		return r.body()
	case how.live != nil:
		ids = r.batch.pairing(how.live)
	case r != &e.answers[0]: // a later recording of the request has ids of its own
		ids = r.batch.pairing(e.answers[0].batch)
		for id, first := range ids {
			ids[id] = how.ids[first]
		}
	}
	return r.batchText().rewritten(ids)
}

// Unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (s *Session) Unused() []Unused { return s.progress.unused() }
