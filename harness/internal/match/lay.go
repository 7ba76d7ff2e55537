package match

import (
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// A guess says what a value is known to stand for at a place.
type guess struct {
	is      string // pseudonym, folded
	entries []int  // that have it there, in order
	sure    fit    // exact or tagged; weak where nothing is known
}

// likely lists the entries that have, at each place whose value is known, that value; all of
// them, as nil, where nothing is. It says how the value of each place is known: what the
// client writes by its tag only where tags are to be trusted.
func (u *unsealer) likely(b *bucket, a *masked, trust bool) (list []int, known [][]guess) {
	known = make([][]guess, len(a.parts))
	for n := range a.parts {
		sent := &a.parts[n]
		known[n] = make([]guess, len(sent.blanks))
		for k := range sent.blanks {
			v := &sent.blanks[k]
			g := u.known(b.places[classPlace{sent.class, v.place}], v, trust || v.looked)
			known[n][k] = g
			switch {
			case g.sure == weak:
			case list == nil:
				list = append(make([]int, 0, len(g.entries)), g.entries...)
			default:
				list = slices.DeleteFunc(list, func(n int) bool { _, ok := slices.BinarySearch(g.entries, n); return !ok })
			}
		}
	}
	return list, known
}

// known says what the value at a blank place stands for.
func (u *unsealer) known(at *storedPlace, v *blank, tags bool) guess {
	if at == nil || v.kind != blankName && v.kind != blankID {
		return guess{sure: weak}
	}
	as := func(value string, sure fit) guess { return guess{value, at.byValue[value], sure} }
	if is := fold(v.is); at.byValue[is] != nil {
		return as(is, exact)
	}
	if v.kind == blankID {
		if u.bound.isNew(v.text) {
			return guess{sure: weak}
		}
		return guess{sure: exact}
	}
	if p, ok := u.bound.pseudonymAs(v.text); ok {
		return as(fold(p), exact)
	}
	if u.seal.faker.IsName(v.text) {
		return guess{sure: exact}
	}
	if tags {
		if value := u.seal.lastTagged(at, v.text); value != "" {
			return as(value, tagged)
		}
	}
	if p, ok := u.bound.pseudonym(v.text); ok {
		return as(fold(p), exact)
	}
	return guess{sure: weak}
}

// lay lays what was sent over an entry: the worst fit of all its parts, less those where
// anything goes, and which of the entry's parts each is. Of several parts of a class each is
// the one that it fits best, and then the next.
func (u *unsealer) lay(e *sealedEntry, a *masked, known [][]guess) (worst fit, pairs []int) {
	pairs = make([]int, len(a.parts))
	worst, asks := exact, false
	for first, end := 0, 0; first < len(a.parts); first = end {
		class := a.parts[first].class
		for end = first + 1; end < len(a.parts) && a.parts[end].class == class; {
			end++
		}
		if end > len(e.parts) || e.parts[end-1].class != class {
			return conflict, nil
		}
		is, some := u.layClass(e, a, known, pairs, first, end)
		asks = asks || some
		if worst = min(worst, is); worst == conflict {
			return conflict, nil
		}
	}
	if !asks {
		return open, pairs
	}
	return worst, pairs
}

// layClass is lay for the parts of a class, which are the first to the one before end in both.
func (u *unsealer) layClass(e *sealedEntry, a *masked, known [][]guess, pairs []int, first, end int) (worst fit, asks bool) {
	if end == first+1 {
		pairs[first] = first
		return u.fits(e, &e.parts[first], &a.parts[first], known[first])
	}
	worst = exact
	left, free := make([]int, 0, end-first), make([]int, 0, end-first)
	for n := first; n < end; n++ {
		left, free = append(left, n), append(free, n)
	}
	for sure := exact; sure > lone; sure-- {
		left = slices.DeleteFunc(left, func(n int) bool {
			at := slices.IndexFunc(free, func(m int) bool {
				is, some := u.fits(e, &e.parts[m], &a.parts[n], known[n])
				asks = asks || some
				return is == sure
			})
			if at < 0 {
				return false
			}
			worst, pairs[n] = min(worst, sure), free[at]
			free = slices.Delete(free, at, at+1)
			return true
		})
	}
	if len(left) > 0 {
		return conflict, true
	}
	return worst, asks
}

// fits lays a part over a recorded one: the worst fit of all places, less those where
// anything goes, and whether there are others.
func (u *unsealer) fits(e *sealedEntry, of, as *maskedPart, known []guess) (worst fit, asks bool) {
	worst = exact
	if len(of.blanks) != len(as.blanks) {
		return conflict, true
	}
	for k := range as.blanks {
		stored, sent := &of.blanks[k], &as.blanks[k]
		if sent.place != stored.place || sent.kind != stored.kind {
			return conflict, true
		}
		if sent.kind == blankAny && sent.text != stored.text {
			continue
		}
		asks = true
		if worst = min(worst, u.fitsAt(e, stored, sent, known[k])); worst == conflict {
			return conflict, true
		}
	}
	return worst, asks
}

// fitsAt says how a value that was sent fits the stored one of the same place.
func (u *unsealer) fitsAt(e *sealedEntry, stored, sent *blank, known guess) fit {
	switch {
	case sent.kind == blankAny, sent.kind == blankStamp && sent.text == stored.text:
		return exact
	case sent.kind == blankStamp:
		return known.sure
	case known.sure >= tagged && known.is != fold(stored.is):
		return conflict
	case known.sure == exact:
		return exact
	case sent.kind == blankID:
		is := unless(u.bound, stored.is, sent.text, weak)
		if is == weak && u.gave(stored.is) {
			return conflict
		}
		return is
	case known.sure == tagged, !sent.looked:
		return unless(u.bound, stored.text, sent.text, known.sure)
	case e.cassette.Meta.Tags[stored.text] != "":
		return unless(u.bound, stored.text, sent.text, conflict)
	}
	return unless(u.bound, stored.text, sent.text, lone)
}

// unless is a fit, or conflict where what is stored stands for another value, and exact
// where for this one: as a part of an address.
func unless(bound *bindings, stored, sent string, is fit) fit {
	if live, ok := bound.live(stored); ok {
		if fold(live) == fold(sent) {
			return exact
		}
		return conflict
	}
	for _, a := range identity.Atoms(stored) {
		if _, ok := bound.live(a.Key()); ok {
			return conflict
		}
	}
	return is
}

// gave reports whether an answer of this session had an id that stands in a text: a client
// that knows it would send it.
func (u *unsealer) gave(stored string) bool {
	for _, a := range identity.Atoms(stored) {
		if slices.ContainsFunc(u.seal.givers()[fold(a.Key())], u.progress.served) {
			return true
		}
	}
	return false
}
