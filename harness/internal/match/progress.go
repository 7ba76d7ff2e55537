package match

import (
	"cmp"
	"fmt"
	"slices"
)

// progress is what a session has replayed so far.
type progress struct {
	index   *Index
	tallies words // a tally for each entry
	heads   words // how far each barrier has come
}

// next chooses the next answer of an entry, and counts it as served.
func (p *progress) next(e *entry) (choice, span) {
	word := p.tallies.at(e.id)
	for {
		before, now := word.Load(), p.now(e)
		chosen := e.choose(unpack(before), now, p.index.order == OrderStrict)
		if chosen.answer < 0 {
			return chosen, now
		}
		if word.CompareAndSwap(before, chosen.tally.pack()) {
			p.advance(&e.answers[chosen.answer])
			return chosen, now
		}
	}
}

// served reports whether an answer of an entry was served, or passed over.
func (p *progress) served(e *entry, answer int) bool { return p.tally(e).served(answer) }

// spent reports whether all answers of an entry were served.
func (p *progress) spent(e *entry) bool { return p.tally(e).next >= len(e.answers) }

// now gathers what the barriers of an entry say.
func (p *progress) now(e *entry) span {
	now := unbound
	for _, place := range e.barriers {
		at := p.barrierSpan(place)
		now.replayed = max(now.replayed, at.replayed)
		now.awaited = min(now.awaited, at.awaited)
	}
	return now
}

// A barrier's progress packs the number of writes at its head that were replayed
// (low half) and, plus one, the position of the last that was (high half).

func (p *progress) barrierSpan(place int32) span {
	word := p.heads.load(int(place))
	at := span{replayed: int32(word>>32) - 1, awaited: unbound.awaited}
	if writes := p.index.barriers[place].writes; int(uint32(word)) < len(writes) {
		at.awaited = writes[uint32(word)].record().position
	}
	return at
}

// advance moves the barriers that a write is part of, once it was replayed.
func (p *progress) advance(r *record) {
	for _, place := range r.barriers {
		word, writes := p.heads.at(int(place)), p.index.barriers[place].writes
		for {
			before := word.Load()
			head, last := int(uint32(before)), max(before>>32, uint64(r.position)+1)
			for head < len(writes) && p.tally(writes[head].entry).served(writes[head].answer) {
				head++
			}
			if word.CompareAndSwap(before, last<<32|uint64(head)) {
				break
			}
		}
	}
}

func (p *progress) tally(e *entry) tally { return unpack(p.tallies.load(e.id)) }

func (p *progress) note(e *entry, why reason, now span) string {
	if why == early {
		return fmt.Sprintf("recorded after %s, which was not replayed yet", p.writeAt(e, now.awaited))
	}
	return fmt.Sprintf("recorded before %s, which was replayed since", p.writeAt(e, now.replayed))
}

// writeAt describes the write of an entry's barriers at a position.
func (p *progress) writeAt(e *entry, position int32) string {
	for _, place := range e.barriers {
		writes := p.index.barriers[place].writes
		i, found := slices.BinarySearchFunc(writes, position, func(w answerRef, p int32) int {
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

// unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (p *progress) unused() []Unused {
	type unread struct {
		Unused
		position int32
	}
	var list []unread
	for _, e := range p.index.entries {
		t := p.tally(e)
		if t.wrapped {
			continue
		}
		asked, first := t.last >= 0, t.next
		if asked && e.read {
			first = e.passOver(first, p.now(e).replayed)
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
