package match

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// How often the last answer of a read is repeated by default: enough for any
// client that polls or reads again, and an end for one that polls for ever.
const (
	repeatsUnfinished = 3
	repeatsAny        = 1000
)

// A tally is what one session has replayed of one entry.
type tally struct {
	next    int // the first answer that was neither served nor passed over
	last    int // the answer served last, from 1; 0 for none
	repeats int // how often the last answer was repeated
}

// served reports whether an answer was served.
func (t tally) served(r *record) bool { return r.number < t.next }

// serve is the tally after an answer was served for the first time.
func (t tally) serve(answer int) tally {
	return tally{next: max(t.next, answer+1), last: answer + 1}
}

// again is the tally after the last answer was repeated.
func (t tally) again() tally {
	t.repeats++
	return t
}

// A window is what the barriers of a read say of now: the last related write that was
// replayed and the first one that was not, nil for none.
type window struct {
	replayed, awaited *record
}

// after reports whether an answer was recorded after the last write that was replayed.
func (w window) after(r *record) bool { return w.replayed == nil || w.replayed.position < r.position }

// A choiceReason says why an answer was chosen, or why there is none.
type choiceReason int

const (
	inOrder     choiceReason = iota
	servedAgain              // the last answer, again
	beforeWrite              // recorded after a related write that was not replayed yet
	afterWrite               // recorded before a related write that was replayed
	usedUp                   // none left, and the policy forbids to repeat
	overPolled               // none left, and the last was repeated as often as may be
)

// A chosenAnswer is an answer of an entry, and the tally once it is served.
type chosenAnswer struct {
	answer *record // nil when there is none
	tally  tally
	reason choiceReason
}

// choose decides which answer an entry gives next. It depends on nothing but its
// arguments, so equal histories give equal answers.
//
// The order of preference: the first answer that is unread and that no barrier
// speaks against; the last one served, again, as long as no related write was
// replayed since; the nearest unread one on this side of the last replayed write;
// what was recorded last.
func (e *entry) choose(t tally, now window, strict bool) chosenAnswer {
	count := len(e.answers)
	next := e.passOver(t.next, now)
	if next < count && (now.awaited == nil || e.answers[next].position < now.awaited.position) {
		return chosenAnswer{e.answers[next], t.serve(next), inOrder}
	}
	if next == count && e.repeat == RepeatCycle {
		if again := e.passOver(t.last%count, now); again < count {
			return chosenAnswer{e.answers[again], t.serve(again), servedAgain}
		}
	}
	standing := t.last > 0 && now.after(e.answers[t.last-1])
	if standing && e.mayRepeat(t) {
		return chosenAnswer{e.answers[t.last-1], t.again(), servedAgain}
	}
	switch {
	case next < count && strict:
		return chosenAnswer{nil, t, beforeWrite}
	case next < count:
		return chosenAnswer{e.answers[next], t.serve(next), beforeWrite}
	case standing:
		return chosenAnswer{nil, t, e.exhausted()}
	case strict:
		return chosenAnswer{nil, t, afterWrite}
	// A barrier prefers, it never denies: what was recorded last, although a related write
	// was replayed since.
	case t.last != count:
		return chosenAnswer{e.answers[count-1], t.serve(count - 1), afterWrite}
	case e.mayRepeat(t):
		return chosenAnswer{e.answers[count-1], t.again(), afterWrite}
	}
	return chosenAnswer{nil, t, e.exhausted()}
}

// passOver skips the answers that a replayed write retires.
func (e *entry) passOver(next int, now window) int {
	return next + sort.Search(len(e.answers)-next, func(i int) bool { return now.after(e.answers[next+i]) })
}

func (e *entry) mayRepeat(t tally) bool {
	switch e.repeat {
	case RepeatNever:
		return false
	case RepeatLast, RepeatCycle:
		return true
	}
	if !e.read {
		return false
	}
	return t.repeats < repeatsUnfinished || t.repeats < repeatsAny && !e.answers[t.last-1].unfinished()
}

func (e *entry) exhausted() choiceReason {
	if e.read && e.repeat == "" {
		return overPolled
	}
	return usedUp
}

// Unused is an interaction that no request consumed. Leftover is true for a
// further answer of a key that was asked for: worth a note, no more.
type Unused struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Leftover    bool
}

// progress is what a session has replayed so far.
type progress struct {
	strict  bool
	mu      sync.Mutex
	tallies map[*entry]tally
	fronts  map[*barrier]front
}

// A front is how far a barrier has come.
type front struct {
	replayed *record // the last write that was replayed
	served   int     // how many writes at its head were replayed
}

func newProgress(strict bool) *progress {
	return &progress{strict: strict, tallies: map[*entry]tally{}, fronts: map[*barrier]front{}}
}

// next chooses the next answer of an entry, and counts it as served.
func (p *progress) next(e *entry) (chosenAnswer, window) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now(e)
	chosen := e.choose(p.tallies[e], now, p.strict)
	if chosen.answer != nil {
		p.tallies[e] = chosen.tally
		p.advance(chosen.answer)
	}
	return chosen, now
}

// preview is next, and counts nothing.
func (p *progress) preview(e *entry) chosenAnswer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.choose(p.tallies[e], p.now(e), p.strict)
}

// served reports whether an answer was served, or passed over.
func (p *progress) served(r *record) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tallies[r.entry].served(r)
}

// now gathers what the barriers of an entry say.
func (p *progress) now(e *entry) (now window) {
	for _, b := range e.barriers {
		f := p.fronts[b]
		if f.replayed != nil && now.after(f.replayed) {
			now.replayed = f.replayed
		}
		if f.served < len(b.writes) && (now.awaited == nil || b.writes[f.served].position < now.awaited.position) {
			now.awaited = b.writes[f.served]
		}
	}
	return now
}

// advance moves the barriers that a write is part of, once it was replayed.
func (p *progress) advance(r *record) {
	for _, b := range r.barriers {
		f := p.fronts[b]
		if f.replayed == nil || f.replayed.position < r.position {
			f.replayed = r
		}
		for f.served < len(b.writes) && p.tallies[b.writes[f.served].entry].served(b.writes[f.served]) {
			f.served++
		}
		p.fronts[b] = f
	}
}

// outOfOrder says which related write an answer is out of order with, "" for none.
func (now window) outOfOrder(why choiceReason) string {
	switch why {
	case beforeWrite:
		return fmt.Sprintf("recorded after %s (%s), which was not replayed yet", now.awaited.request(), now.awaited.place())
	case afterWrite:
		return fmt.Sprintf("recorded before %s (%s), which was replayed since", now.replayed.request(), now.replayed.place())
	}
	return ""
}

// unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (p *progress) unused(entries []*entry) []Unused {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []*record
	for _, e := range entries {
		left = append(left, e.answers[p.tallies[e].next:]...)
	}
	slices.SortFunc(left, byPosition)
	unused := make([]Unused, len(left))
	for n, r := range left {
		unused[n] = Unused{r.cassette, r.interaction, r.entry.read && p.tallies[r.entry].last > 0}
	}
	return unused
}

func byPosition(r, s *record) int { return cmp.Compare(r.position, s.position) }
