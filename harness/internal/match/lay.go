package match

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// likely lists the entries that have, at each place whose value is known, that value; all of
// them, as nil, where nothing is. It notes how the value of each place is known: what the
// client writes by its tag only where tags are to be trusted.
func (u *unsealer) likely(b *bucket, a *masked, trust bool) (list []int) {
	for n := range a.parts {
		sent := &a.parts[n]
		for k := range sent.blanks {
			v := &sent.blanks[k]
			v.known = u.known(b, v, trust || v.looked)
			switch {
			case v.known.sure == fitWeak:
			case list == nil:
				list = append([]int{}, v.known.entries...)
			default:
				list = slices.DeleteFunc(list, func(n int) bool { _, ok := slices.BinarySearch(v.known.entries, n); return !ok })
			}
		}
	}
	return list
}

// known says what the value at a blank place stands for.
func (u *unsealer) known(b *bucket, v *blank, tags bool) knownValue {
	if v.kind == blankAny || v.kind == blankStamp {
		return knownValue{sure: fitWeak}
	}
	at := valueAt{class: v.class, place: v.place}
	as := func(value string, sure fit) knownValue {
		at.value = value
		return knownValue{value, b.byValue[at], sure}
	}
	if is := as(fold(v.is), fitExact); is.entries != nil {
		return is
	}
	if p, ok := u.bound.pseudonym(v.text); ok {
		return as(fold(p), fitExact)
	}
	if u.seal.faker.IsName(v.text) {
		return knownValue{sure: fitExact}
	}
	if tags && v.kind != blankID {
		name, domain := v.text, ""
		if local, host, isAddress := strings.Cut(v.text, "@"); isAddress && u.seal.faker.IsName(host) { // which an answer gave
			name, domain = local, "@"+host
		}
		if p := u.seal.byTag(name, func(p string) bool { return as(fold(p+domain), fitTagged).entries != nil }); p != "" {
			return as(fold(p+domain), fitTagged)
		}
	}
	return knownValue{sure: fitWeak}
}

// lay lays what was sent over an entry of its bucket: the worst fit of all its parts, less those
// where anything goes, and which of the entry's parts each is. Of several parts of a class each is
// the one that it fits best, and then the next.
func (u *unsealer) lay(e *sealedEntry, a *masked) (worst fit, pairs []int) {
	sameClass := func(n int) bool { return a.parts[n].class == a.parts[n-1].class }
	pairs, ok := pairRuns(len(a.parts), fitWeak, sameClass, func(sent, stored int) fit {
		is, _ := u.fits(e, &e.parts[stored], &a.parts[sent])
		return is
	})
	if !ok {
		return fitConflict, nil
	}
	worst, asks := fitExact, false
	for n := range a.parts {
		is, some := u.fits(e, &e.parts[pairs[n]], &a.parts[n])
		worst, asks = min(worst, is), asks || some
	}
	if !asks && len(a.blanks) > 0 {
		return fitOpen, pairs
	}
	return worst, pairs
}

// fits lays a part over a recorded one: the worst fit of all places, less those where
// anything goes, and whether there are others.
func (u *unsealer) fits(e *sealedEntry, of, as *maskedPart) (worst fit, asks bool) {
	pairs := u.pairBlanks(e, of, as)
	worst = fitExact
	for k := range as.blanks {
		stored, sent := &of.blanks[pairs[k]], &as.blanks[k]
		if stored.kind == blankAny && sent.text != stored.text {
			continue
		}
		worst, asks = min(worst, u.fitsAt(e, stored, sent)), true
	}
	return worst, asks
}

// pairBlanks says on which of a part's blanks each lies: what stands in a list, and so at one
// place, has no order there.
func (u *unsealer) pairBlanks(e *sealedEntry, of, as *maskedPart) []int {
	samePlace := func(k int) bool { return as.blanks[k].place == as.blanks[k-1].place }
	pairs, _ := pairRuns(len(as.blanks), fitConflict, samePlace, func(sent, stored int) fit {
		return u.fitsAt(e, &of.blanks[stored], &as.blanks[sent])
	})
	return pairs
}

// pairRuns pairs things with as many recorded ones, each with that in its own place. In a run,
// where each is the same as the one before, each is paired with the one that it fits best, not
// worse than least; ok is false where there is none.
func pairRuns(count int, least fit, same func(n int) bool, fits func(sent, stored int) fit) (pairs []int, ok bool) {
	for first, end := 0, 0; first < count; first = end {
		for end = first + 1; end < count && same(end); {
			end++
		}
		run := []int{0}
		if end > first+1 {
			run = pairUp(end-first, end-first, int(fitExact), int(least), func(sent, stored int) int { return int(fits(first+sent, first+stored)) })
		}
		for _, m := range run {
			if m < 0 {
				return nil, false
			}
			pairs = append(pairs, first+m)
		}
	}
	return pairs, true
}

// mostPaired bounds what is held against each other, above what Graph takes in a batch or a list.
const mostPaired = 128

// pairUp pairs things with others, those first that are most alike, and of these in order. It
// returns the other of each, or -1. Of more than mostPaired each has the other in its own place.
func pairUp(things, others, most, least int, alike func(thing, other int) int) []int {
	pairs, taken := slices.Repeat([]int{-1}, things), make([]bool, others)
	if max(things, others) > mostPaired {
		for n := range min(things, others) {
			pairs[n] = n
		}
		return pairs
	}
	for sure := most; sure >= least; sure-- {
		for n := range pairs {
			for m := 0; m < others && pairs[n] < 0; m++ {
				if !taken[m] && alike(n, m) == sure {
					pairs[n], taken[m] = m, true
				}
			}
		}
	}
	return pairs
}

// fitsAt says how a value that was sent fits the stored one of the same place.
func (u *unsealer) fitsAt(e *sealedEntry, stored, sent *blank) fit {
	known := &sent.known
	switch {
	case stored.kind == blankAny, stored.kind == blankStamp && sent.text == stored.text, stored.kind == blankWord && sent.is == stored.is:
		return fitExact
	case stored.kind == blankStamp && isStamp(sent.text):
		return fitWeak
	case stored.kind == blankStamp, stored.kind == blankWord, known.sure >= fitTagged && known.is != fold(stored.is):
		return fitConflict
	case known.sure == fitExact:
		return fitExact
	case stored.kind == blankID && (sent.looked && !e.answers[0].foundNothing() || len(identity.Find(sent.text)) == 0 || !u.bound.isNew(sent.text)):
		return fitConflict
	}
	if live, ok := u.bound.live(stored.is); ok {
		if fold(live) == fold(sent.text) { // bound as a part of an address
			return fitExact
		}
		return fitConflict
	}
	for _, a := range identity.Atoms(stored.is) {
		if _, ok := u.bound.live(a.Key()); ok || stored.kind == blankID && u.gave(a) {
			return fitConflict
		}
	}
	asked := e.answers[0]
	switch {
	case known.sure == fitTagged, !sent.looked:
		return known.sure
	case u.seal.written[fold(stored.is)] > asked.position && asked.foundNothing():
		return fitWeak
	case stored.kind == blankName && asked.cassette.Meta.Tags[stored.text] == "":
		return fitLone
	case asked.foundNothing():
		return fitAbsent
	}
	return fitConflict
}

// gave reports whether an answer of this session had an id: a client that knows it would send it.
func (u *unsealer) gave(id identity.Atom) bool {
	return slices.ContainsFunc(u.seal.holders()[fold(id.Key())], u.progress.served)
}
