package match

import (
	"iter"
	"slices"

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

// choose decides which request of a bucket is meant: the one whose every blank place has
// what was given out, is bound, or fits the tag. Else one that the client may have written
// anew: the only one that agrees with what is known, or the next in recorded order, while no
// more than own such requests are under way.
func (s *Session) choose(b *bucket, blanks []blank, own int32) (f *found, why string) {
	likely, known := s.likely(b, blanks, true)
	contradict := likely != nil && len(likely) == 0
	if s.flights.invented[b.id].Load() && (contradict || byChance(blanks, known)) && !s.flights.overlapped(b.id, own) {
		likely, known = s.likely(b, blanks, false)
	}
	take := func(n int, sure fit, note string) (*found, string) {
		e := &b.entries[n]
		return &found{entry: e, bucket: b, note: note, sure: sure, spent: s.spent(e), unlike: e.unlike(blanks, known)}, ""
	}
	var by [exact + 1][]int // entries by how they fit
	for n := range candidates(likely, len(b.entries)) {
		is := s.fits(&b.entries[n], blanks, known)
		by[is] = append(by[is], n)
	}
	if len(b.entries) == 1 {
		by[weak] = append(by[weak], by[lone]...)
	}
	for _, sure := range []fit{exact, tagged, open} {
		if len(by[sure]) > 0 {
			f, why = take(s.next(b, by[sure]), sure, "")
			f.only = sure >= tagged && len(by[sure]) == 1
			return f, why
		}
	}
	fitting := by[weak]
	switch {
	case len(fitting) == 0 || s.index.bindRecorded:
		return nil, s.undecided(b, blanks)
	case len(fitting) == 1:
		return take(fitting[0], weak, "")
	case s.flights.overlapped(b.id, own):
		return nil, "several recorded requests fit, and such requests were under way at the same time: send them one after the other"
	}
	return take(s.next(b, fitting), weak, "bound by order: nothing else tells which of several recorded requests is meant")
}

// byChance reports whether all that says which request is meant is one tag of what the client
// writes. From one that invents names this is little: of a thousand new names one fits one of
// a thousand recorded ones.
func byChance(blanks []blank, known []fit) bool {
	fits := 0
	for k := range known {
		if known[k] == exact || known[k] == tagged && blanks[k].looked {
			return false
		}
		if known[k] == tagged {
			fits++
		}
	}
	return fits == 1
}

// unlike counts the places at which something else was sent than is stored there, as far as is
// known.
func (e *sealedEntry) unlike(blanks []blank, known []fit) (n int) {
	for k := range blanks {
		if known[k] == weak && fold(blanks[k].is) != fold(e.blanks[k].is) {
			n++
		}
	}
	return n
}

// candidates yields those of a list, or all of n where there is none.
func candidates(list []int, n int) iter.Seq[int] {
	if list != nil {
		return slices.Values(list)
	}
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// next is the first of some entries, in recorded order, that has answers left; else the last.
func (s *Session) next(b *bucket, entries []int) int {
	for _, n := range entries {
		if !s.spent(&b.entries[n]) {
			return n
		}
	}
	return entries[len(entries)-1]
}

// spent reports whether all answers of an entry were served.
func (s *Session) spent(e *sealedEntry) bool { return s.tally(e.entry).next >= len(e.answers) }

// likely lists the entries that have, at each place whose value is known, that value; all of
// them, as nil, where nothing is. It says how the value of each place is known: what the
// client writes by its tag only where that is to be trusted.
func (s *Session) likely(b *bucket, blanks []blank, trust bool) (list []int, known []fit) {
	known = make([]fit, len(blanks))
	for k := range blanks {
		var at []int
		if at, known[k] = s.known(b, k, &blanks[k], trust || blanks[k].looked); known[k] == weak {
			continue
		}
		if list == nil {
			list = append(make([]int, 0, len(at)), at...)
			continue
		}
		list = slices.DeleteFunc(list, func(n int) bool { _, ok := slices.BinarySearch(at, n); return !ok })
	}
	return list, known
}

// known lists the entries that have a value at a place, in order: as exact or tagged; weak
// where nothing says whose it is.
func (s *Session) known(b *bucket, k int, v *blank, tags bool) ([]int, fit) {
	place := &b.places[k]
	if v.kind != blankName && v.kind != blankID {
		return nil, weak
	}
	if list := place.byValue[fold(v.is)]; list != nil {
		return list, exact
	}
	if v.kind == blankID {
		if s.isNew(v.text) {
			return nil, weak
		}
		return nil, exact
	}
	seal := s.index.seal
	if p, ok := s.bound.pseudonymAs(v.text); ok {
		return place.byValue[fold(p)], exact
	}
	if seal.faker.IsName(v.text) {
		return nil, exact
	}
	if tags {
		if list := seal.byTag(b, k, v.text); list != nil {
			return list, tagged
		}
	}
	if p, ok := s.bound.pseudonym(v.text); ok {
		return place.byValue[fold(p)], exact
	}
	return nil, weak
}

// byTag lists the entries whose pseudonym at a place has a tag that a value fits: of several
// pseudonyms the last that any request has, whose tag was chosen so that no earlier value fits.
func (x *seal) byTag(b *bucket, k int, value string) []int {
	place, last := &b.places[k], ""
	if place.byTag == nil {
		return nil
	}
	for nonce := range x.nonces {
		for _, n := range place.byTag[uint64(nonce)<<32|uint64(x.faker.TagBits(value, nonce))] {
			if p := fold(b.entries[n].blanks[k].is); x.firsts[p] > x.firsts[last] {
				last = p
			}
		}
	}
	return place.byValue[last]
}

// fits lays what was sent over an entry that has what is known: the worst fit of all places,
// less those where anything goes.
func (s *Session) fits(e *sealedEntry, blanks []blank, known []fit) fit {
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
		is := known[k]
		switch {
		case sent.kind == blankAny, sent.kind == blankStamp && sent.text == stored.text:
			is = exact
		case sent.kind == blankStamp || is == exact:
		case sent.kind == blankID:
			is = s.unlessBound(stored.is, sent.text, weak)
		case is == tagged:
			is = s.unlessBound(stored.text, sent.text, tagged)
		case !sent.looked:
			is = s.unlessBound(stored.text, sent.text, weak)
		case e.cassette.Meta.Tags[stored.text] != "":
			is = s.unlessBound(stored.text, sent.text, conflict)
		default:
			is = s.unlessBound(stored.text, sent.text, lone)
		}
		if worst = min(worst, is); worst == conflict {
			return conflict
		}
	}
	if !asks {
		return open
	}
	return worst
}

// unlessBound is a fit, or conflict where what is stored stands for another value, and exact
// where for this one: as a part of an address.
func (s *Session) unlessBound(stored, sent string, is fit) fit {
	if live, ok := s.bound.live(stored); ok {
		if fold(live) == fold(sent) {
			return exact
		}
		return conflict
	}
	for _, a := range identity.Atoms(stored) {
		if _, ok := s.bound.live(a.Key()); ok {
			return conflict
		}
	}
	return is
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
