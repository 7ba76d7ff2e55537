package match

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// How often the last answer of a read is repeated by default: there is an end to polling.
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

// serve is the tally after an answer was served.
func (t tally) serve(answer int) tally {
	if answer == t.last-1 {
		t.repeats++
		return t
	}
	return tally{next: max(t.next, answer+1), last: answer + 1}
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

// choose decides which answer an entry gives next, -1 for none: the first that is unread and that
// no barrier speaks against; the last one served, again, as long as no related write was replayed
// since; the nearest unread one on this side of the last replayed write; what was recorded last.
// A barrier prefers, it never denies, unless order is strict.
func (e *entry) choose(t tally, now window, strict bool) (answer int, why choiceReason) {
	count := len(e.answers)
	next := e.passOver(t.next, now)
	if next < count && (now.awaited == nil || e.answers[next].position < now.awaited.position) {
		return next, inOrder
	}
	if next == count && e.repeat == RepeatCycle {
		if again := e.passOver(t.last%count, now); again < count {
			return again, servedAgain
		}
	}
	standing := t.last > 0 && now.after(e.answers[t.last-1])
	switch {
	case standing && e.mayRepeat(t):
		return t.last - 1, servedAgain
	case next < count && strict:
		return -1, beforeWrite
	case next < count:
		return next, beforeWrite
	case !standing && strict:
		return -1, afterWrite
	case !standing && (t.last != count || e.mayRepeat(t)):
		return count - 1, afterWrite
	case e.read && e.repeat == "":
		return -1, overPolled
	}
	return -1, usedUp
}

// passOver skips the answers that a replayed write retires.
func (e *entry) passOver(next int, now window) int {
	return next + sort.Search(len(e.answers)-next, func(i int) bool { return now.after(e.answers[next+i]) })
}

func (e *entry) mayRepeat(t tally) bool {
	if e.repeat != "" {
		return e.repeat != RepeatNever
	}
	return e.read && (t.repeats < repeatsUnfinished || t.repeats < repeatsAny && !e.answers[t.last-1].unfinished())
}

// Unused is an interaction that no request consumed.
type Unused struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Leftover    bool // a further answer of a key that was asked for: worth a note, no more
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

// next chooses the next answer of an entry, nil for none, and counts it as served.
func (p *progress) next(e *entry) (r *record, why choiceReason, now window) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now = p.now(e)
	n, why := e.choose(p.tallies[e], now, p.strict)
	if n >= 0 {
		r, p.tallies[e] = e.answers[n], p.tallies[e].serve(n)
		p.advance(r)
	}
	return r, why, now
}

// hasNext reports whether the next answer of an entry is one that nothing speaks against.
func (p *progress) hasNext(e *entry) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, why := e.choose(p.tallies[e], p.now(e), p.strict)
	return why == inOrder
}

// served reports whether an answer was served, or passed over.
func (p *progress) served(r *record) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isServed(r)
}

func (p *progress) isServed(r *record) bool { return r.number < p.tallies[r.entry].next }

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
		for f.served < len(b.writes) && p.isServed(b.writes[f.served]) {
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

// Unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (s *Session) Unused() []Unused {
	p := s.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []*record
	for _, e := range s.index.entries {
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
