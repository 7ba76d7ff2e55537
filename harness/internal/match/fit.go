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

// A guess says what a value is known to stand for at a place.
type guess struct {
	is      string // pseudonym, folded
	entries []int  // that have it there, in order
	sure    fit    // exact or tagged; weak where nothing is known
}

// choose decides which request of a bucket is meant: the one whose every blank place has
// what was given out, is bound, or fits the tag. Else one that the client may have written
// anew: the only one that agrees with what is known, or the next in recorded order, while no
// more than own such requests are under way.
func (u *unsealer) choose(b *bucket, a *asked, own int32) (f *found, why string) {
	flight := &u.flights[b.id]
	likely, known := u.likely(b, a, true)
	contradict := likely != nil && len(likely) == 0
	if flight.invented.Load() && (contradict || byChance(a, known)) && !flight.overlapped(own) {
		likely, known = u.likely(b, a, false)
	}
	var by [exact + 1][]laid // by how they fit
	for n := range candidates(likely, len(b.entries)) {
		is, pairs := u.lay(&b.entries[n], a, known)
		by[is] = append(by[is], laid{&b.entries[n], pairs})
	}
	if len(b.entries) == 1 {
		by[weak] = append(by[weak], by[lone]...)
	}
	take := func(l laid, sure fit, note string) (*found, string) {
		e, pairs := l.entry, l.pairs
		f := &found{entry: e.entry, sealed: e, asked: a, bucket: b, pairs: pairs, note: note, sure: sure, spent: u.spent(e.entry), unlike: e.unlike(a, known, pairs)}
		if len(a.parts) > 1 {
			f.partIDs = make(map[string]string, len(pairs))
			for n, at := range pairs {
				f.partIDs[e.parts[at].id] = a.parts[n].id
			}
		}
		return f, ""
	}
	for _, sure := range []fit{exact, tagged, open} {
		if len(by[sure]) > 0 {
			f, why = take(u.next(by[sure]), sure, "")
			f.only = sure >= tagged && len(by[sure]) == 1 && len(a.parts) == 1
			return f, why
		}
	}
	fitting := by[weak]
	switch {
	case len(fitting) == 0 || u.bindRecorded:
		return nil, b.undecided(a)
	case len(fitting) == 1:
		return take(fitting[0], weak, "")
	case flight.overlapped(own):
		return nil, "several recorded requests fit, and such requests were under way at the same time: send them one after the other"
	}
	return take(u.next(fitting), weak, "bound by order: nothing else decides which of several recorded requests is meant")
}

// byChance reports whether one tag is all that says which of the requests that agree with what
// is known for certain is meant. From a client that invents names this is little: of a thousand
// new names one fits one of a thousand recorded ones.
func byChance(a *asked, known [][]guess) bool {
	fits := 0
	for n := range known {
		for k, g := range known[n] {
			if g.sure == tagged && !a.parts[n].blanks[k].looked {
				fits++
			}
		}
	}
	return fits == 1
}

// unlike counts the places at which something else was sent than is stored there, as far as is
// known.
func (e *sealedEntry) unlike(a *asked, known [][]guess, pairs []int) (count int) {
	for n := range a.parts {
		for k, sent := range a.parts[n].blanks {
			if known[n][k].sure == weak && fold(sent.is) != fold(e.parts[pairs[n]].blanks[k].is) {
				count++
			}
		}
	}
	return count
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

// A laid entry is one over which a request was laid, and which of its parts each part is.
type laid struct {
	entry *sealedEntry
	pairs []int
}

// next is the first of some entries, in recorded order, that has answers left; else the last.
func (u *unsealer) next(entries []laid) laid {
	for _, l := range entries {
		if !u.spent(l.entry.entry) {
			return l
		}
	}
	return entries[len(entries)-1]
}

// likely lists the entries that have, at each place whose value is known, that value; all of
// them, as nil, where nothing is. It says how the value of each place is known: what the
// client writes by its tag only where that is to be trusted.
func (u *unsealer) likely(b *bucket, a *asked, trust bool) (list []int, known [][]guess) {
	known = make([][]guess, len(a.parts))
	for n := range a.parts {
		sent := &a.parts[n]
		known[n] = make([]guess, len(sent.blanks))
		for k := range sent.blanks {
			g := u.known(b, sent, k, trust || sent.blanks[k].looked)
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

// known says what the value at a blank place stands for in a bucket.
func (u *unsealer) known(b *bucket, p *part, k int, tags bool) guess {
	v := &p.blanks[k]
	if v.kind != blankName && v.kind != blankID {
		return guess{sure: weak}
	}
	at := b.places[classPlace{p.class, v.place}]
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
		if value := u.seal.byTag(at, v.text); value != "" {
			return as(value, tagged)
		}
	}
	if p, ok := u.bound.pseudonym(v.text); ok {
		return as(fold(p), exact)
	}
	return guess{sure: weak}
}

// byTag is the pseudonym at a place that has a tag which a value fits: of several the last
// that any request has, whose tag was chosen so that no earlier value fits.
func (x *seal) byTag(at *stored, value string) (last string) {
	if at.byTag == nil {
		return ""
	}
	for nonce := range x.nonces {
		for _, p := range at.byTag[uint64(nonce)<<32|uint64(x.faker.TagBits(value, nonce))] {
			if x.firsts[p] > x.firsts[last] {
				last = p
			}
		}
	}
	return last
}

// lay lays what was sent over an entry: the worst fit of all its parts, less those where
// anything goes, and which of the entry's parts each is. Of several parts of a class each is
// the one that it fits best, and then the next.
func (u *unsealer) lay(e *sealedEntry, a *asked, known [][]guess) (worst fit, pairs []int) {
	if pairs = alone; len(a.parts) > 1 {
		pairs = make([]int, len(a.parts))
	}
	worst, asks := exact, false
	for first := 0; first < len(a.parts); {
		end := first + 1
		for end < len(a.parts) && a.parts[end].class == a.parts[first].class {
			end++
		}
		if end > len(e.parts) || e.parts[end-1].class != a.parts[first].class {
			return conflict, nil
		}
		is, some := u.layClass(e, a, known, pairs, first, end)
		asks = asks || some
		if worst = min(worst, is); worst == conflict {
			return conflict, nil
		}
		first = end
	}
	if !asks {
		return open, pairs
	}
	return worst, pairs
}

// alone says that the only part is the only part.
var alone = []int{0}

// layClass is lay for the parts of a class, which are the first to the one before end in both.
func (u *unsealer) layClass(e *sealedEntry, a *asked, known [][]guess, pairs []int, first, end int) (worst fit, asks bool) {
	if end == first+1 {
		if first > 0 {
			pairs[first] = first
		}
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
func (u *unsealer) fits(e *sealedEntry, of, as *part, known []guess) (worst fit, asks bool) {
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
		is := known[k].sure
		switch {
		case sent.kind == blankAny, sent.kind == blankStamp && sent.text == stored.text:
			is = exact
		case sent.kind == blankStamp:
		case is >= tagged && known[k].is != fold(stored.is):
			return conflict, true
		case is == exact:
		case sent.kind == blankID:
			if is = u.bound.unless(stored.is, sent.text, weak); is == weak && u.gave(stored.is) {
				return conflict, true
			}
		case is == tagged, !sent.looked:
			is = u.bound.unless(stored.text, sent.text, is)
		case e.cassette.Meta.Tags[stored.text] != "":
			is = u.bound.unless(stored.text, sent.text, conflict)
		default:
			is = u.bound.unless(stored.text, sent.text, lone)
		}
		if worst = min(worst, is); worst == conflict {
			return conflict, true
		}
	}
	return worst, asks
}

// gave reports whether an answer of this session had an id that stands in a text: a client
// that knows it would send it.
func (u *unsealer) gave(stored string) bool {
	for _, a := range identity.Atoms(stored) {
		for _, by := range u.givers()[fold(a.Key())] {
			if u.served(by.entry, by.answer) {
				return true
			}
		}
	}
	return false
}
