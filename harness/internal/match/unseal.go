package match

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// An unsealer finds out which recorded requests the requests of a session mean, and
// remembers what their values stand for.
type unsealer struct {
	seal         *seal
	byKey        func(Key) *entry
	spent        func(*entry) bool      // whether all answers were served
	served       func(*entry, int) bool // whether an answer was
	givers       func() map[string][]answerRef
	bindRecorded bool // what a client writes anew is a miss

	choosing sync.Mutex // held while what is written is bound
	bound    bindings
	flights  []flight // by bucket
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
	var once atomic.Bool
	return func() {
		if !once.Swap(true) {
			f.now.Add(-2)
		}
	}
}

// overlapped reports whether two requests have been under way at once, or would be with one
// that is not among own.
func (f *flight) overlapped(own int32) bool {
	now := f.now.Load()
	return now&1 != 0 || now>>1 > own
}

// A found request is the recorded one that a live one means.
type found struct {
	entry   *entry
	partIDs map[string]string // the live ids of a batch's parts, by the recorded
	note    string
	sure    fit
	only    bool // no other request is meant as surely

	asked  *asked
	bucket *bucket // nil where the request has a key once its ids are computed
	sealed *sealedEntry
	pairs  []int // which part of the recorded request each part is
	spent  bool  // all its answers were served
	unlike int   // at how many places something else was sent than is stored there, as far as is known
}

// find finds what a request means that no recorded one is spelled like, and says why there
// is nothing.
func (u *unsealer) find(m place.Message, host string, live *request) (f *found, why string) {
	if f = u.byComputed(m, host, live); f != nil {
		return f, ""
	}
	return u.inBuckets(m, host, live)
}

// byComputed looks a request up with its ids computed.
func (u *unsealer) byComputed(m place.Message, host string, live *request) *found {
	a := u.seal.read(m, nil, false, &u.bound)
	r := *live
	if a.changed {
		var ok bool
		if r, ok = u.seal.rules.understood(&a.message, host, live.key.Principal); !ok {
			return nil
		}
	}
	is := computedEntry{entry: u.byKey(r.key)}
	if is.entry == nil {
		is = u.seal.computed[r.key]
	} else {
		is.batch = is.entry.answers[0].batch
	}
	if is.entry == nil {
		return nil
	}
	return &found{entry: is.entry, partIDs: is.batch.pairing(r.body.batch), asked: &a, sure: exact, only: live.body.batch == nil}
}

// inBuckets lays a request over the recorded ones of its shape, and says why none fits. Of
// several that fit the surest is meant, then one that has answers left, then the one that
// differs at the fewest places, then the first recorded.
func (u *unsealer) inBuckets(m place.Message, host string, live *request) (best *found, why string) {
	lay := func(places holes, buckets map[Key]*bucket) bool {
		a := u.seal.read(m, places, true, &u.bound)
		r, ok := u.seal.rules.understood(&a.message, host, live.key.Principal)
		if !ok {
			return false
		}
		b := buckets[r.key]
		if b == nil || b.blanks != len(a.blanks) {
			return false
		}
		a.divide(r.body.batch)
		f, reason := u.choose(b, &a, 0)
		switch {
		case f == nil:
			why = reason
		case best == nil || f.before(best):
			best = f
		}
		return f != nil && f.sure == exact && !f.spent
	}
	if live.body.batch != nil {
		for _, places := range u.partHoles(m, host, live) {
			if lay(places, u.seal.batches.buckets) {
				break
			}
		}
	} else {
		for _, sig := range u.seal.shapes[shapeOf(live)] {
			if lay(sig.places, sig.buckets) {
				break
			}
		}
	}
	if best == nil {
		return nil, why
	}
	return best, ""
}

// partHoles lists the sets of places that may be holes in a batch: those of recorded batches
// whose parts ask, with these blank, for what its parts ask for then, in whichever order.
func (u *unsealer) partHoles(m place.Message, host string, live *request) (sets []holes) {
	x, count := &u.seal.batches, len(live.body.batch.parts)
	fits := make([][]bool, len(x.inner)) // by set, then by position
	for n, inner := range x.inner {
		places := holes{}
		for position := range count {
			addAt(places, inner, position)
		}
		a := u.seal.read(m, places, true, &u.bound)
		fits[n] = make([]bool, count)
		if r, ok := u.seal.rules.understood(&a.message, host, ""); ok && r.body.batch != nil {
			for _, p := range r.body.batch.parts {
				fits[n][p.position] = slices.Contains(x.asks[p.asks], n)
			}
		}
	}
	for _, k := range x.kinds {
		if at := assigned(k.inner, fits, count); at != nil {
			places := maps.Clone(x.outer[k.outer])
			for position, which := range at {
				addAt(places, x.inner[k.inner[which]], position)
			}
			sets = append(sets, places)
		}
	}
	return sets
}

// assigned gives each of so many positions one of some sets that fits it, and each set one
// position; nil where that cannot be.
func assigned(sets []int, fits [][]bool, count int) []int {
	if len(sets) != count {
		return nil
	}
	at := slices.Repeat([]int{-1}, count) // by position: which of the sets
	var place func(which int, tried []bool) bool
	place = func(which int, tried []bool) bool {
		for position := range count {
			if tried[position] || !fits[sets[which]][position] {
				continue
			}
			tried[position] = true
			if at[position] < 0 || place(at[position], tried) {
				at[position] = which
				return true
			}
		}
		return false
	}
	for which := range sets {
		if !place(which, make([]bool, count)) {
			return nil
		}
	}
	return at
}

// addAt adds the places of a part to those of its batch.
func addAt(to, inner holes, position int) {
	for rest, kind := range inner {
		to[partPlace+strconv.Itoa(position)+"]"+rest] = kind
	}
}

// before reports whether an entry is rather meant than another.
func (f *found) before(o *found) bool {
	switch {
	case f.spent != o.spent && f.sure < tagged && o.sure < tagged:
		return o.spent
	case f.sure != o.sure:
		return f.sure > o.sure
	case f.spent != o.spent:
		return o.spent
	}
	if f.unlike != o.unlike {
		return f.unlike < o.unlike
	}
	return f.entry.answers[0].position < o.entry.answers[0].position
}

// begin begins to answer a request, and says what is meant by then: one at a time where what
// the client wrote is bound, or two values would be bound to one pseudonym. Its end is called
// when the answer is chosen, and read when it was read.
func (u *unsealer) begin(f *found) (now *found, why string, end, read func()) {
	if f.bucket == nil {
		return f, "", func() {}, nil
	}
	read = u.flights[f.bucket.id].enter()
	if f.sure >= tagged {
		return f, "", func() {}, read
	}
	u.choosing.Lock()
	if now, why = u.choose(f.bucket, f.asked, 1); now == nil {
		read()
	}
	return now, why, u.choosing.Unlock, read
}

// bind binds what a request holds to what was recorded at its places.
func (u *unsealer) bind(f *found) {
	for _, id := range f.asked.ids {
		u.bound.bindAs(id.pseudonym, id.live, id.key)
	}
	if f.bucket == nil {
		return
	}
	for n := range f.asked.parts {
		sent, stored := &f.asked.parts[n], &f.sealed.parts[f.pairs[n]]
		for k := range sent.blanks {
			switch is := &stored.blanks[k]; sent.blanks[k].kind {
			case blankName:
				if f.sure == weak && len(f.bucket.entries) > 1 && u.known(f.bucket, sent, k, true).sure == weak {
					u.flights[f.bucket.id].invented.Store(true)
				}
				u.bound.bind(is.text, sent.blanks[k].text)
			case blankID:
				u.bound.bindIDs(is.is, sent.blanks[k].text)
			}
		}
	}
}
