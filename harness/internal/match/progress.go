package match

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

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
	replayed int // the position of the last write that was replayed
	served   int // how many writes at its head were replayed
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

// spent reports whether all answers of an entry were served.
func (p *progress) spent(e *entry) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tallies[e].next >= len(e.answers)
}

// now gathers what the barriers of an entry say.
func (p *progress) now(e *entry) window {
	now := noBarriers
	for _, b := range e.barriers {
		f := p.fronts[b]
		now.replayed = max(now.replayed, f.replayed)
		if f.served < len(b.writes) {
			now.awaited = min(now.awaited, b.writes[f.served].position)
		}
	}
	return now
}

// advance moves the barriers that a write is part of, once it was replayed.
func (p *progress) advance(r *record) {
	for _, b := range r.barriers {
		f := p.fronts[b]
		f.replayed = max(f.replayed, r.position)
		for f.served < len(b.writes) && p.tallies[b.writes[f.served].entry].served(b.writes[f.served]) {
			f.served++
		}
		p.fronts[b] = f
	}
}

// writeAt describes the write of an entry's barriers at a position.
func (e *entry) writeAt(position int) string {
	for _, b := range e.barriers {
		i, found := slices.BinarySearchFunc(b.writes, position, func(w *record, p int) int { return cmp.Compare(w.position, p) })
		if found {
			return fmt.Sprintf("%s (%s)", b.writes[i].request(), b.writes[i].place())
		}
	}
	return "a related write"
}

// unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (p *progress) unused(entries []*entry) []Unused {
	p.mu.Lock()
	defer p.mu.Unlock()
	type unread struct {
		*record
		leftover bool
	}
	var list []unread
	for _, e := range entries {
		t := p.tallies[e]
		if t.wrapped {
			continue
		}
		leftover, first := t.last > 0 && e.read, t.next
		if leftover {
			first = e.passOver(first, p.now(e).replayed)
		}
		for _, r := range e.answers[first:] {
			list = append(list, unread{r, leftover})
		}
	}
	slices.SortFunc(list, func(a, b unread) int { return cmp.Compare(a.position, b.position) })
	unused := make([]Unused, len(list))
	for i, u := range list {
		unused[i] = Unused{u.cassette, u.interaction, u.leftover}
	}
	return unused
}
