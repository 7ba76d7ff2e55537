package match

import (
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// find lays a request over the recorded ones of its shape, and says why none fits.
func (u *unsealer) find(m place.Message, host string, live *request) (f foundRequest, why string) {
	u.seal.read()
	a := u.seal.mask(m, u.seal.placesIn(live), nil, u.bound)
	r, err := u.seal.rules.understandMessage(a.message, host, live.key.Principal)
	if err != nil {
		return f, ""
	}
	a.divide(r.batch)
	b := u.seal.bucketOf(r.key, a.layout)
	if b == nil {
		return f, ""
	}
	return u.choose(b, &a, 0)
}

// choose decides which request of a bucket is meant: the one whose every blank place has
// what was given out, is bound, or fits the tag. Else one of which the client may have made up
// the names on this run: the only one that agrees with what is known, or the next in recorded
// order, while no more than own such requests are under way.
func (u *unsealer) choose(b *bucket, a *masked, own int32) (f foundRequest, why string) {
	flight := &u.flights()[b.id]
	likely := u.likely(b, a, true)
	contradict := likely != nil && len(likely) == 0
	if flight.invented.Load() && (contradict || byChance(a)) && !flight.overlapped(own) {
		likely = u.likely(b, a, false)
	}
	if likely == nil {
		for n := range b.entries {
			likely = append(likely, n)
		}
	}
	best, fitting := fitWeak, []laidEntry(nil)
	for _, n := range likely {
		e := &b.entries[n]
		is, pairs := u.lay(e, a)
		absent := is == fitAbsent
		if absent || is == fitLone && b.alone(e) {
			is = fitWeak
		}
		if is > best {
			best, fitting = is, nil
		}
		if is == best {
			fitting = append(fitting, laidEntry{e, pairs, absent})
		}
	}
	several := best == fitWeak && len(fitting) > 1
	switch {
	case len(fitting) == 0, best == fitWeak && u.index.bindRecorded:
		return f, b.undecided(a)
	case several && flight.overlapped(own):
		return f, "several recorded requests fit, and such requests were under way at the same time: send them one after the other"
	}
	next := u.next(fitting)
	if next.absent {
		return f, b.undecided(a)
	}
	f = u.meant(b, a, next, best)
	if several {
		f.note = "bound by order: nothing else decides which of several recorded requests is meant"
	}
	return f, ""
}

// A laidEntry is one over which a request was laid, and which of its parts each part is.
type laidEntry struct {
	entry  *sealedEntry
	pairs  []int
	absent bool // see fitAbsent
}

// next is the first of some entries, in recorded order, that has answers left; else the last.
func (u *unsealer) next(entries []laidEntry) laidEntry {
	at := slices.IndexFunc(entries, func(l laidEntry) bool { return !u.progress.served(l.entry.final()) })
	if at < 0 {
		at = len(entries) - 1
	}
	return entries[at]
}

// meant is a request that is meant to be that of an entry.
func (u *unsealer) meant(b *bucket, a *masked, l laidEntry, sure fit) foundRequest {
	e, pairs := l.entry, l.pairs
	f := foundRequest{entry: e.entry, sure: sure, masked: a, bucket: b, sealed: e, blanks: make([]blankPair, 0, len(a.blanks))}
	for n := range a.parts {
		part, stored := &a.parts[n], &e.parts[pairs[n]]
		places := u.pairBlanks(e, stored, part)
		for k := range part.blanks {
			f.blanks = append(f.blanks, blankPair{&part.blanks[k], &stored.blanks[places[k]]})
		}
	}
	if len(a.parts) > 1 {
		live := make(map[string]string, len(a.parts))
		for n := range a.parts {
			live[e.parts[pairs[n]].id] = a.parts[n].id
		}
		for _, id := range e.answers[0].batch.ids() {
			f.partIDs = append(f.partIDs, live[id])
		}
	}
	return f
}

// byChance reports whether one tag is all that says which of the requests that agree with what
// is known for certain is meant. From a client that invents names this is little: of a thousand
// new names one fits one of a thousand recorded ones.
func byChance(a *masked) bool {
	fits := 0
	for _, p := range a.parts {
		for _, v := range p.blanks {
			if v.known.sure == fitTagged && !v.looked {
				fits++
			}
		}
	}
	return fits == 1
}

// begin begins to answer a request, and says what is meant by then: one at a time where what
// the client wrote is bound, or two values would be bound to one pseudonym. Its end is called
// when the answer is chosen, and read when it was read.
func (u *unsealer) begin(f foundRequest) (now foundRequest, why string, end, read func()) {
	none := func() {}
	if len(f.masked.blanks) == 0 {
		return f, "", none, none
	}
	read = u.flights()[f.bucket.id].enter()
	if f.sure >= fitTagged {
		return f, "", none, read
	}
	u.choosing.Lock()
	if now, why = u.choose(f.bucket, f.masked, 1); now.entry == nil {
		read()
	}
	return now, why, u.choosing.Unlock, read
}

// bind binds what a request holds to what was recorded at its places.
func (u *unsealer) bind(f *foundRequest) {
	for _, id := range f.masked.ids {
		u.bound.bind(id)
	}
	for _, at := range f.blanks {
		sent, is := at.sent, at.stored
		switch is.kind {
		case blankName:
			if u.known(f.bucket, sent, true).sure == fitWeak {
				u.flights()[f.bucket.id].invented.Store(true)
			}
			u.bound.bind(idBinding{is.text, sent.text, sent.text})
		case blankWord:
			for _, id := range sent.ids {
				u.bound.bind(id)
			}
		case blankID:
			pairs, _ := pairsOf(is.is, sent.text)
			for _, pair := range pairs {
				u.bound.bind(pair)
			}
		}
	}
}
