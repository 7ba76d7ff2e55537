package match

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
)

// Session is one replay of an index.
type Session struct {
	index    *Index
	tallies  words // a tally for each entry
	progress words // how far each barrier has come

	binding sync.Mutex // held by Bind
	bound   bindings
	flights flights

	contents contents

	restored sync.Map     // by record: its body with the session's values, see restore
	kept     atomic.Int64 // their bytes
	recalled sync.Map     // by spelling: what a request without a body was found to ask for
	memories atomic.Int64 // how many of these there are
}

// NewSession starts a replay with nothing consumed.
func (x *Index) NewSession() *Session {
	s := &Session{index: x, tallies: newWords(len(x.entries)), progress: newWords(len(x.barriers))}
	if x.seal != nil {
		s.flights = newFlights(x.seal.buckets)
	}
	return s
}

// Next returns the next answer to the request. The body is the request's, as the
// client sent it (gzip is looked through). The error is a *MissError.
func (s *Session) Next(req *http.Request, body []byte) (Answer, error) {
	trace := traceOf(req.Context())
	answer, err := s.find(req, body, trace)
	if err == nil {
		s.upload(answer.record, req, body)
		answer.restore(s)
		trace.answered(answer)
	}
	return answer, err
}

func (s *Session) find(req *http.Request, body []byte, trace *Trace) (Answer, error) {
	if len(body) == 0 {
		if e := s.index.bySpelling(req); e != nil {
			return s.take(e, serving{}, req, trace)
		}
		if e := s.recall(req); e != nil {
			return s.take(e, serving{}, req, trace)
		}
	}
	live := s.index.live(req, body)
	e := s.index.entryOf(live.key)
	switch {
	case e != nil:
		return s.take(e, serving{live: live.body.batch}, req, trace)
	case s.index.seal != nil:
		return s.sealed(req, body, &live, trace)
	}
	return missed(trace, s.index.unknown(req, &live))
}

// A recollection is an entry that a spelling was found to ask for, once and for all: what
// is bound stays so.
type recollection struct {
	entry              *entry
	headers, principal string
}

func (s *Session) recall(req *http.Request) *entry {
	if s.index.seal == nil {
		return nil
	}
	spelled, ok := spellingOf(methodOf(req.Method), req.URL)
	if !ok {
		return nil
	}
	known, ok := s.recalled.Load(spelled)
	if !ok {
		return nil
	}
	r := known.(recollection)
	if r.principal != s.index.principal(req) || r.headers != headerKey(req.Header, false, r.entry.ignored) {
		return nil
	}
	return r.entry
}

// maxRecalled bounds the spellings that a session remembers.
const maxRecalled = 1 << 17

func (s *Session) remember(req *http.Request, body []byte, e *entry) {
	if spelled, ok := spellingOf(methodOf(req.Method), req.URL); ok && len(body) == 0 && s.memories.Add(1) <= maxRecalled {
		s.recalled.Store(spelled, recollection{e, headerKey(req.Header, false, e.ignored), s.index.principal(req)})
	}
}

func missed(trace *Trace, miss *MissError) (Answer, error) {
	trace.missed(miss)
	return Answer{}, miss
}

// take serves the next answer of an entry.
func (s *Session) take(e *entry, how serving, req *http.Request, trace *Trace) (Answer, error) {
	word := s.tallies.at(e.id)
	strict := s.index.order == OrderStrict
	for {
		before, now := word.Load(), s.now(e)
		chosen := e.choose(unpack(before), now, strict)
		if chosen.answer < 0 {
			return missed(trace, s.consumed(req, e, chosen.reason, now))
		}
		if !word.CompareAndSwap(before, chosen.tally.pack()) {
			continue
		}
		r := &e.answers[chosen.answer]
		s.advance(r)
		if how.bind != nil {
			how.bind()
		}
		answer := Answer{Cassette: r.cassette, Interaction: r.interaction, Body: r.bodyFor(how), Note: how.note, record: r, read: how.read}
		if chosen.reason == early || chosen.reason == stale {
			answer.Note = s.note(e, chosen.reason, now)
		}
		return answer, nil
	}
}

// bodyFor is the body that answers a live request: a batch's with its own ids.
func (r *record) bodyFor(how serving) string {
	if how.live == nil || r.batch == nil {
		return r.body()
	}
	if how.recorded == nil {
		how.recorded = r.batch
	}
	return r.batchText().rewritten(how.recorded.pairing(how.live))
}

// A serving is what an answer is served with beside its entry.
type serving struct {
	recorded, live *batch // that are alike part by part, where the request is one; recorded: nil is the record's own
	bind           func() // binds what the request says, once it has an answer
	note           string
	read           func() // see Answer.Read
}

// now gathers what the barriers of an entry say.
func (s *Session) now(e *entry) span {
	now := unbound
	for _, place := range e.barriers {
		at := s.barrierSpan(place)
		now.replayed = max(now.replayed, at.replayed)
		now.awaited = min(now.awaited, at.awaited)
	}
	return now
}

// A barrier's progress packs the number of writes at its head that were replayed
// (low half) and, plus one, the position of the last that was (high half).

func (s *Session) barrierSpan(place int32) span {
	word := s.progress.load(int(place))
	at := span{replayed: int32(word>>32) - 1, awaited: unbound.awaited}
	if writes := s.index.barriers[place].writes; int(uint32(word)) < len(writes) {
		at.awaited = writes[uint32(word)].record().position
	}
	return at
}

// advance moves the barriers that a write is part of, once it was replayed.
func (s *Session) advance(r *record) {
	for _, place := range r.barriers {
		word, writes := s.progress.at(int(place)), s.index.barriers[place].writes
		for {
			before := word.Load()
			head, last := int(uint32(before)), max(before>>32, uint64(r.position)+1)
			for head < len(writes) && s.tally(writes[head].entry).served(writes[head].answer) {
				head++
			}
			if word.CompareAndSwap(before, last<<32|uint64(head)) {
				break
			}
		}
	}
}

func (s *Session) tally(e *entry) tally { return unpack(s.tallies.load(e.id)) }

func (s *Session) note(e *entry, why reason, now span) string {
	if why == early {
		return fmt.Sprintf("recorded after %s, which was not replayed yet", s.writeAt(e, now.awaited))
	}
	return fmt.Sprintf("recorded before %s, which was replayed since", s.writeAt(e, now.replayed))
}

// writeAt describes the write of an entry's barriers at a position.
func (s *Session) writeAt(e *entry, position int32) string {
	for _, place := range e.barriers {
		writes := s.index.barriers[place].writes
		i, found := slices.BinarySearchFunc(writes, position, func(w boundWriteRef, p int32) int {
			return cmp.Compare(w.record().position, p)
		})
		if found {
			return writes[i].record().describe()
		}
	}
	return "a related write"
}

// describe names a record by method, address and place.
func (r *record) describe() string {
	return fmt.Sprintf("%s %s (%s)", methodOf(r.interaction.Request.Method), shownAddress(r.interaction.Request.URL), placeOf(r.cassette, r.interaction))
}

// Unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (s *Session) Unused() []Unused {
	type unread struct {
		Unused
		position int32
	}
	var list []unread
	for _, e := range s.index.entries {
		t := s.tally(e)
		if t.wrapped {
			continue
		}
		asked, first := t.last >= 0, t.next
		if asked && e.read {
			first = e.passOver(first, s.now(e).replayed)
		}
		for i := first; i < len(e.answers); i++ {
			r := &e.answers[i]
			list = append(list, unread{Unused{r.cassette, r.interaction, asked && e.read}, r.position})
		}
	}
	slices.SortFunc(list, func(a, b unread) int { return cmp.Compare(a.position, b.position) })
	unused := make([]Unused, len(list))
	for i, u := range list {
		unused[i] = u.Unused
	}
	return unused
}
