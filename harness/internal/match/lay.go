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
			v.known = u.known(b, sent.class, v, trust || v.looked)
			switch {
			case v.known.sure == fitWeak:
			case list == nil:
				list = append(make([]int, 0, len(v.known.entries)), v.known.entries...)
			default:
				list = slices.DeleteFunc(list, func(n int) bool { _, ok := slices.BinarySearch(v.known.entries, n); return !ok })
			}
		}
	}
	return list
}

// known says what the value at a blank place in a part of a class stands for.
func (u *unsealer) known(b *bucket, class string, v *blank, tags bool) knownValue {
	if v.kind == blankAny || v.kind == blankStamp {
		return knownValue{sure: fitWeak}
	}
	at := valueAt{class: class, place: v.place}
	as := func(value string, sure fit) knownValue {
		at.value = value
		return knownValue{value, b.byValue[at], sure}
	}
	if is := as(fold(v.is), fitExact); is.entries != nil {
		return is
	}
	if v.kind == blankID {
		if u.bound.isNew(v.text) {
			return knownValue{sure: fitWeak}
		}
		return knownValue{sure: fitExact}
	}
	if p, ok := u.bound.pseudonymAs(v.text); ok {
		return as(fold(p), fitExact)
	}
	if u.seal.faker.IsName(v.text) {
		return knownValue{sure: fitExact}
	}
	if tags {
		name, domain := v.text, ""
		if local, host, isAddress := strings.Cut(v.text, "@"); isAddress && u.seal.faker.IsName(host) { // which an answer gave
			name, domain = local, "@"+host
		}
		if p := u.seal.byTag(name, func(p string) bool { return as(fold(p+domain), fitTagged).entries != nil }); p != "" {
			return as(fold(p+domain), fitTagged)
		}
	}
	if p, ok := u.bound.pseudonym(v.text); ok {
		return as(fold(p), fitExact)
	}
	return knownValue{sure: fitWeak}
}

// lay lays what was sent over an entry of its bucket: the worst fit of all its parts, less those
// where anything goes, and which of the entry's parts each is. Of several parts of a class each
// is the one that it fits best, and then the next.
func (u *unsealer) lay(e *sealedEntry, a *masked) (worst fit, pairs []int) {
	pairs = make([]int, len(a.parts))
	worst, asks := fitExact, false
	for first, end := 0, 0; first < len(a.parts) && worst > fitConflict; first = end {
		for end = first + 1; end < len(a.parts) && a.parts[end].class == a.parts[first].class; {
			end++
		}
		is, some := u.layClass(e, a, pairs, first, end)
		worst, asks = min(worst, is), asks || some
	}
	if worst > fitConflict && !asks && len(a.blanks) > 0 {
		return fitOpen, pairs
	}
	return worst, pairs
}

// layClass is lay for the parts of a class, which are the first to the one before end in both.
func (u *unsealer) layClass(e *sealedEntry, a *masked, pairs []int, first, end int) (worst fit, asks bool) {
	if end == first+1 {
		pairs[first] = first
		return u.fits(e, &e.parts[first], &a.parts[first])
	}
	worst = fitExact
	left := make([]int, 0, end-first)
	for n := first; n < end; n++ {
		left = append(left, n)
	}
	free := slices.Clone(left)
	for sure := fitExact; sure > fitLone; sure-- {
		left = slices.DeleteFunc(left, func(n int) bool {
			at := slices.IndexFunc(free, func(m int) bool {
				is, some := u.fits(e, &e.parts[m], &a.parts[n])
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
		return fitConflict, true
	}
	return worst, asks
}

// fits lays a part over a recorded one: the worst fit of all places, less those where
// anything goes, and whether there are others.
func (u *unsealer) fits(e *sealedEntry, of, as *maskedPart) (worst fit, asks bool) {
	worst = fitExact
	for k := range as.blanks {
		stored, sent := &of.blanks[k], &as.blanks[k]
		if stored.kind == blankAny && sent.text != stored.text {
			continue
		}
		asks = true
		if worst = min(worst, u.fitsAt(e, stored, sent)); worst == fitConflict {
			return fitConflict, true
		}
	}
	return worst, asks
}

// fitsAt says how a value that was sent fits the stored one of the same place.
func (u *unsealer) fitsAt(e *sealedEntry, stored, sent *blank) fit {
	known := &sent.known
	switch {
	case stored.kind == blankAny, stored.kind == blankStamp && sent.text == stored.text:
		return fitExact
	case stored.kind == blankStamp && isStamp(sent.text):
		return fitWeak
	case stored.kind == blankWord && sent.is == stored.is:
		return fitExact
	case stored.kind == blankStamp, stored.kind == blankWord, known.sure >= fitTagged && known.is != fold(stored.is):
		return fitConflict
	case known.sure == fitExact:
		return fitExact
	case stored.kind == blankID && (sent.looked || len(identity.Find(sent.text)) == 0 || !u.bound.isNew(sent.text)):
		return fitConflict
	case stored.kind == blankID:
		is := unless(u.bound, stored.is, sent.text, fitWeak)
		if is == fitWeak && u.gave(stored.is) {
			return fitConflict
		}
		return is
	case known.sure == fitTagged, !sent.looked:
		return unless(u.bound, stored.text, sent.text, known.sure)
	case e.answers[0].cassette.Meta.Tags[stored.text] != "":
		return unless(u.bound, stored.text, sent.text, fitConflict)
	}
	return unless(u.bound, stored.text, sent.text, fitLone)
}

// unless is a fit, or conflict where what is stored stands for another value, and exact
// where for this one: as a part of an address.
func unless(bound *bindings, stored, sent string, is fit) fit {
	if live, ok := bound.live(stored); ok {
		if fold(live) == fold(sent) {
			return fitExact
		}
		return fitConflict
	}
	for _, a := range identity.Atoms(stored) {
		if _, ok := bound.live(a.Key()); ok {
			return fitConflict
		}
	}
	return is
}

// gave reports whether an answer of this session had an id that stands in a text: a client
// that knows it would send it.
func (u *unsealer) gave(stored string) bool {
	for _, a := range identity.Atoms(stored) {
		if slices.ContainsFunc(u.seal.holders()[fold(a.Key())], u.progress.served) {
			return true
		}
	}
	return false
}
