package match

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"sync/atomic"
)

// Together are the sessions of several indexes that answer one client. Each keeps what it has
// bound to itself: the same pseudonym means another value in each cassette.
//
// A request goes to the session that has its next answer, else to one that can repeat
// or bind one. Among equals it goes to the one that answered last, for a value that it
// handed out means something else in another, and then to the first.
type Together struct {
	sessions []*Session
	last     atomic.Pointer[Session]
}

// NewTogether serves sessions together, the first first.
func NewTogether(sessions ...*Session) *Together { return &Together{sessions: sessions} }

// Next returns the next answer to the request. The error is a *MissError.
func (t *Together) Next(req *http.Request, body []byte) (Answer, error) {
	type bid struct {
		session *Session
		lookUp  lookUp
		rank    int // twice that of the session, and one more for the last
	}
	bids, last := make([]bid, len(t.sessions)), t.last.Load()
	for n, s := range t.sessions {
		l := s.lookUp(req, body)
		bids[n] = bid{s, l, 2 * s.rank(&l.found)}
		if s == last {
			bids[n].rank++
		}
	}
	slices.SortStableFunc(bids, func(a, b bid) int { return cmp.Compare(b.rank, a.rank) })
	var nearest *MissError
	for _, b := range bids {
		answer, err := b.session.answer(req, body, &b.lookUp)
		miss, missed := err.(*MissError)
		if !missed {
			t.last.Store(b.session)
			return answer, err
		}
		if miss.distance() < nearest.distance() || nearest == nil {
			nearest = miss
		}
	}
	if nearest == nil { // no session at all
		nearest = newMiss(req, NeverRecorded)
		nearest.NextStep = "name a cassette: none is served here"
	}
	note(req.Context(), Answer{}, nearest)
	return Answer{}, nearest
}

// distance is in how many fields the nearest recorded request differs.
func (e *MissError) distance() int {
	if e == nil || len(e.Nearest) == 0 {
		return math.MaxInt
	}
	return len(e.Nearest[0].Differences)
}

// Unused lists what no request consumed, session by session.
func (t *Together) Unused() []Unused {
	var all []Unused
	for _, s := range t.sessions {
		all = append(all, s.Unused()...)
	}
	return all
}

// rank says how well the session can answer a request that was looked up.
func (s *Session) rank(f *foundRequest) int {
	switch {
	case f.sure < fitTagged: // by a recorded request that differs in values which may be bound, or not at all
		return 0
	case s.progress.hasNext(f.entry):
		return 2
	}
	return 1 // by an answer that was served before, or that is out of order
}
