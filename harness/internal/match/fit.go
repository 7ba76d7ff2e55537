package match

import (
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// A fit says how what a client sent stands to what was recorded at a blank place.
type fit uint8

const (
	conflict fit = iota // it is another value
	lone                // looked up, and nothing is kept of it: fits a request that stands alone
	weak                // written by the client, and nothing is known of it
	open                // anything goes, and nothing else is asked
	tagged              // it fits the tag
	exact               // the pseudonym that was given out, or the value bound to it
)

// fits lays what was sent over an entry: the worst fit of all places, less those where
// anything goes.
func (s *Session) fits(b *bucket, n int, blanks []blank) fit {
	e := &b.entries[n]
	worst, asks := exact, false
	for k := range blanks {
		stored, sent := &e.blanks[k], &blanks[k]
		if sent.place != stored.place || sent.kind != stored.kind {
			return conflict
		}
		if sent.kind == blankAny && sent.text != stored.text {
			continue
		}
		asks = true
		if worst = min(worst, s.fit(e, stored, sent)); worst == conflict {
			return conflict
		}
	}
	if !asks {
		return open
	}
	return worst
}

func (s *Session) fit(e *sealedEntry, stored, sent *blank) fit {
	seal := s.index.seal
	switch {
	case fold(stored.is) == fold(sent.is):
		return exact
	case sent.kind == blankAny:
		return open
	case sent.kind == blankStamp:
		return weak
	case sent.kind == blankID:
		if !s.isNew(sent.text) {
			return conflict
		}
		return weak
	}
	if p, ok := s.bound.pseudonym(sent.text); ok {
		if fold(p) == fold(stored.text) {
			return exact
		}
		return conflict
	}
	live, bound := s.bound.live(stored.text)
	nonce, bits, ok := tagOf(e.cassette, stored.text)
	switch {
	case bound && fold(live) == fold(sent.text): // as a part of an address
		return exact
	case ok && seal.faker.TagBits(sent.text, nonce) == bits:
		return tagged
	case bound, seal.faker.IsName(sent.text):
		return conflict
	case sent.looked && ok:
		return conflict
	case sent.looked:
		return lone
	}
	return weak
}

// isNew reports whether nothing is known of the ids in a text.
func (s *Session) isNew(text string) bool {
	for _, a := range identity.Atoms(text) {
		if _, bound := s.bound.pseudonym(a.Key()); bound || identity.IsFake(a) {
			return false
		}
	}
	return true
}

// flights count the requests of each bucket that are under way, from request received to
// answer read.
type flights struct {
	now      []atomic.Int32 // the lowest bit says that two overlapped
	invented []atomic.Bool  // whether one had a name that the client made up
}

func newFlights(n int) flights { return flights{make([]atomic.Int32, n), make([]atomic.Bool, n)} }

// enter begins a flight; what it returns ends it.
func (f flights) enter(id int) func() {
	if f.now[id].Add(2) > 3 {
		f.now[id].Or(1)
	}
	var once atomic.Bool
	return func() {
		if !once.Swap(true) {
			f.now[id].Add(-2)
		}
	}
}

// overlapped reports whether two requests of a bucket have been under way at once, or would
// be with one more.
func (f flights) overlapped(id int) bool { return f.now[id].Load() > 0 }
