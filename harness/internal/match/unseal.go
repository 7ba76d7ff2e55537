package match

import (
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// find lays a request over the recorded ones of its shape, and says why none fits. Of several
// that fit the surest is meant, then one that has answers left, then the one that differs at
// the fewest places, then the first recorded.
func (u *unsealer) find(m place.Message, host string, live *request) (best *foundRequest, why string) {
	u.seal.read()
	for _, set := range u.seal.setsFor(m, host, live, u.bound) {
		a := u.seal.mask(m, set.places, u.bound)
		r, err := u.seal.rules.understandMessage(&a.message, host, live.key.Principal)
		if err != nil {
			continue
		}
		b := set.bucketOf(r.key, len(a.blanks))
		if b == nil {
			continue
		}
		a.divide(r.batch)
		f, reason := u.choose(b, &a, 0)
		switch {
		case f == nil:
			why = reason
		case best == nil || f.before(best):
			best = f
		}
		if f != nil && f.sure == fitExact && (!f.spent || len(a.blanks) == 0) {
			break
		}
	}
	if best != nil {
		return best, ""
	}
	return nil, why
}

// choose decides which request of a bucket is meant: the one whose every blank place has
// what was given out, is bound, or fits the tag. Else one that the client may have written
// itself on this run: the only one that agrees with what is known, or the next in recorded
// order, while no more than own such requests are under way.
func (u *unsealer) choose(b *bucket, a *masked, own int32) (f *foundRequest, why string) {
	flight := &u.flights()[b.id]
	likely, known := u.likely(b, a, true)
	contradict := likely != nil && len(likely) == 0
	if flight.invented.Load() && (contradict || byChance(a, known)) && !flight.overlapped(own) {
		likely, known = u.likely(b, a, false)
	}
	var by [fitExact + 1][]laidEntry // by how they fit
	if likely == nil {
		for n := range b.entries {
			likely = append(likely, n)
		}
	}
	for _, n := range likely {
		is, pairs := u.lay(&b.entries[n], a, known)
		by[is] = append(by[is], laidEntry{&b.entries[n], pairs})
	}
	for _, sure := range []fit{fitExact, fitTagged, fitOpen} {
		if len(by[sure]) > 0 {
			f := u.meant(b, a, known, by[sure], sure)
			f.only = sure >= fitTagged && len(by[sure]) == 1 && len(a.parts) == 1
			return f, ""
		}
	}
	fitting := by[fitWeak]
	if len(b.entries) == 1 {
		fitting = append(fitting, by[fitLone]...)
	}
	switch {
	case len(fitting) == 0 || u.index.bindRecorded:
		return nil, b.undecided(a)
	case len(fitting) > 1 && flight.overlapped(own):
		return nil, "several recorded requests fit, and such requests were under way at the same time: send them one after the other"
	}
	f = u.meant(b, a, known, fitting, fitWeak)
	if len(fitting) > 1 {
		f.note = "bound by order: nothing else decides which of several recorded requests is meant"
	}
	return f, ""
}

// A laidEntry is one over which a request was laid, and which of its parts each part is.
type laidEntry struct {
	entry *sealedEntry
	pairs []int
}

// meant is the first of some entries, in recorded order, that has answers left; else the last.
func (u *unsealer) meant(b *bucket, a *masked, known [][]knownValue, entries []laidEntry, sure fit) *foundRequest {
	at := slices.IndexFunc(entries, func(l laidEntry) bool { return !u.progress.spent(l.entry.entry) })
	spent := at < 0
	if spent {
		at = len(entries) - 1
	}
	e, pairs := entries[at].entry, entries[at].pairs
	f := &foundRequest{
		entry: e.entry, sure: sure,
		masked: a, bucket: b, sealed: e, pairs: pairs, spent: spent, unlike: e.unlike(a, known, pairs),
	}
	if len(a.parts) > 1 {
		f.partIDs = make(map[string]string, len(pairs))
		for n, at := range pairs {
			f.partIDs[e.parts[at].id] = a.parts[n].id
		}
	}
	return f
}

// byChance reports whether one tag is all that says which of the requests that agree with what
// is known for certain is meant. From a client that invents names this is little: of a thousand
// new names one fits one of a thousand recorded ones.
func byChance(a *masked, known [][]knownValue) bool {
	fits := 0
	for n := range known {
		for k, g := range known[n] {
			if g.sure == fitTagged && !a.parts[n].blanks[k].looked {
				fits++
			}
		}
	}
	return fits == 1
}

// unlike counts the places at which something else was sent than is stored there, as far as is
// known.
func (e *sealedEntry) unlike(a *masked, known [][]knownValue, pairs []int) (count int) {
	for n := range a.parts {
		for k, sent := range a.parts[n].blanks {
			if known[n][k].sure == fitWeak && fold(sent.is) != fold(e.parts[pairs[n]].blanks[k].is) {
				count++
			}
		}
	}
	return count
}

// begin begins to answer a request, and says what is meant by then: one at a time where what
// the client wrote is bound, or two values would be bound to one pseudonym. Its end is called
// when the answer is chosen, and read when it was read.
func (u *unsealer) begin(f *foundRequest) (now *foundRequest, why string, end, read func()) {
	if len(f.masked.blanks) == 0 {
		return f, "", func() {}, nil
	}
	read = u.flights()[f.bucket.id].enter()
	if f.sure >= fitTagged {
		return f, "", func() {}, read
	}
	u.choosing.Lock()
	if now, why = u.choose(f.bucket, f.masked, 1); now == nil {
		read()
	}
	return now, why, u.choosing.Unlock, read
}

// bind binds what a request holds to what was recorded at its places.
func (u *unsealer) bind(f *foundRequest) {
	for _, id := range f.masked.ids {
		u.bound.bind(id)
	}
	for n := range f.masked.parts {
		part, stored := &f.masked.parts[n], &f.sealed.parts[f.pairs[n]]
		for k := range part.blanks {
			is, sent := &stored.blanks[k], &part.blanks[k]
			switch sent.kind {
			case blankName:
				if f.sure == fitWeak && len(f.bucket.entries) > 1 && u.known(f.bucket, part.class, sent, true).sure == fitWeak {
					u.flights()[f.bucket.id].invented.Store(true)
				}
				u.bound.bind(idBinding{is.text, sent.text, sent.text})
			case blankID:
				pairs, _ := pairsOf(is.is, sent.text)
				for _, pair := range pairs {
					u.bound.bind(pair)
				}
			}
		}
	}
}
