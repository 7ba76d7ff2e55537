package match

import (
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// An unsealer finds out which recorded requests the requests of a session mean, and
// remembers what their values stand for.
type unsealer struct {
	index    *Index
	seal     *seal
	progress *progress

	choosing sync.Mutex // held while what is written is bound
	bound    *bindings
	flights  sync.Map // flight by bucket
}

// flight is that of a bucket.
func (u *unsealer) flight(b *bucket) *flight {
	f, _ := u.flights.LoadOrStore(b, &flight{})
	return f.(*flight)
}

// A flight counts the requests of a bucket that are under way, from request received to
// answer read.
type flight struct {
	now      atomic.Int32 // the lowest bit says that two overlapped
	invented atomic.Bool  // whether one had a name that the client made up
}

// enter begins a flight; what it returns ends it.
func (f *flight) enter() func() {
	if f.now.Add(2) > 3 {
		f.now.Or(1)
	}
	return sync.OnceFunc(func() { f.now.Add(-2) })
}

// overlapped reports whether two requests have been under way at once, or would be with one
// that is not among own.
func (f *flight) overlapped(own int32) bool {
	now := f.now.Load()
	return now&1 != 0 || now>>1 > own
}

// A foundRequest is the recorded one that a live one means.
type foundRequest struct {
	entry   *entry
	partIDs []string // of a live batch, in the order of the recorded one
	note    string
	sure    fit

	masked *masked
	bucket *bucket
	blanks []blankPair
}

// A blankPair is what was sent at a blank place, and what is stored there.
type blankPair struct{ sent, stored *blank }

// find lays a request over the recorded ones of its shape, and says why none fits.
func (u *unsealer) find(m place.Message, host string, live *request) (f foundRequest, why string) {
	u.seal.read()
	a := u.seal.mask(m, u.seal.placesIn(live), nil, u.bound)
	r, err := u.seal.rules.understandMessage(a.message, host, live.key.Principal)
	if err != nil {
		return f, ""
	}
	a.divide(r.batch)
	b := forCaller(r.key, func(k Key) *bucket { return u.seal.buckets[bucketKey{k, a.layout}] })
	if b == nil {
		return f, ""
	}
	return u.choose(b, &a, 0)
}

// choose decides which request of a bucket is meant: the one whose every blank place has
// what was given out, is bound, or fits the tag. Else one that the client may have written
// itself on this run: the only one that agrees with what is known, or the next in recorded
// order, while no more than own such requests are under way.
func (u *unsealer) choose(b *bucket, a *masked, own int32) (f foundRequest, why string) {
	flight := u.flight(b)
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
	best, fitting := fitWeak, []foundRequest(nil)
	for _, n := range likely {
		e := &b.entries[n]
		found := u.lay(e, a)
		if found.sure == fitLone && b.alike[e.kinds] == 1 { // no other has holes where it has them
			found.sure = fitWeak
		}
		if found.sure > best {
			best, fitting = found.sure, nil
		}
		if found.sure == best {
			fitting = append(fitting, found)
		}
	}
	several := best == fitWeak && len(fitting) > 1
	switch {
	case len(fitting) == 0, best == fitWeak && u.index.bindRecorded:
		return f, b.undecided(a)
	case several && flight.overlapped(own):
		return f, "several recorded requests fit, and such requests were under way at the same time: send them one after the other"
	}
	f = u.meant(fitting)
	f.masked, f.bucket = a, b
	if several {
		f.note = "bound by order: nothing else decides which of several recorded requests is meant"
	}
	return f, ""
}

// meant is the first of some requests, in recorded order, that has answers left; else the last.
func (u *unsealer) meant(fitting []foundRequest) foundRequest {
	for _, f := range fitting {
		if !u.progress.served(f.entry.final()) {
			return f
		}
	}
	return fitting[len(fitting)-1]
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

// bind binds what a request holds to what was recorded at its places.
func (u *unsealer) bind(f *foundRequest) {
	for _, id := range f.masked.ids {
		u.bound.bind(id)
	}
	for _, at := range f.blanks {
		sent, is := at.sent, at.stored
		switch is.kind {
		case cassette.HoleName:
			if u.known(f.bucket, sent, true).sure == fitWeak {
				u.flight(f.bucket).invented.Store(true)
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
