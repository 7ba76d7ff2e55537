package match

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// An unsealer finds out which recorded requests the requests of a session mean.
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
	absent  bool // see fitAbsent

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
// what was given out, is bound, or fits the tag. Else one of which the client may have made up
// the names on this run: the only one that agrees with what is known, or the next in recorded
// order, while no more than own such requests are under way.
func (u *unsealer) choose(b *bucket, a *masked, own int32) (f foundRequest, why string) {
	flight := u.flight(b)
	likely, tags := u.likely(b, a, true)
	contradict := likely != nil && len(likely) == 0
	// From a client that invents names one tag is little: of a thousand new names one fits one of a
	// thousand recorded ones.
	if flight.invented.Load() && (contradict || tags == 1) && !flight.overlapped(own) {
		likely, _ = u.likely(b, a, false)
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
		found.absent = found.sure == fitAbsent
		if found.absent || found.sure == fitLone && b.alike[e.kinds] == 1 { // no other has holes where it has them
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
	meant := fitting[len(fitting)-1] // or the first, in recorded order, that has answers left
	if n := slices.IndexFunc(fitting, func(f foundRequest) bool { return !u.progress.served(f.entry.final()) }); n >= 0 {
		meant = fitting[n]
	}
	if meant.absent {
		return f, b.undecided(a)
	}
	f = meant
	f.masked, f.bucket = a, b
	if several {
		f.note = "bound by order: nothing else decides which of several recorded requests is meant"
	}
	return f, ""
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
			for _, pair := range pairsOf(is.is, sent.text) {
				u.bound.bind(pair)
			}
		}
	}
}

// likely lists the entries that have, at each place whose value is known, that value; all of
// them, as nil, where nothing is. It notes how the value of each place is known: what the
// client writes by its tag only where tags are to be trusted, and counts what is by that.
func (u *unsealer) likely(b *bucket, a *masked, trust bool) (list []int, tags int) {
	for n := range a.parts {
		sent := &a.parts[n]
		for k := range sent.blanks {
			v := &sent.blanks[k]
			v.known = u.known(b, v, trust || v.looked)
			if v.known.sure == fitTagged && !v.looked {
				tags++
			}
			switch {
			case v.known.sure == fitWeak:
			case list == nil:
				list = append([]int{}, v.known.entries...)
			default:
				list = slices.DeleteFunc(list, func(n int) bool { _, ok := slices.BinarySearch(v.known.entries, n); return !ok })
			}
		}
	}
	return list, tags
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

// lay lays what was sent over an entry of its bucket: what lies on what, and the worst fit of all
// places, less those where anything goes. Of several parts of a class each lies on the one that it
// fits best, and then on the next.
func (u *unsealer) lay(e *sealedEntry, a *masked) foundRequest {
	f := foundRequest{entry: e.entry, sure: fitAll}
	sameClass := func(n int) bool { return a.parts[n].class == a.parts[n-1].class }
	pairs, ok := pairRuns(len(a.parts), fitWeak, sameClass, func(sent, stored int) fit {
		is, _ := u.layPart(e, &e.parts[stored], &a.parts[sent])
		return is
	})
	if !ok {
		f.sure = fitConflict
		return f
	}
	for n := range a.parts {
		is, blanks := u.layPart(e, &e.parts[pairs[n]], &a.parts[n])
		f.sure, f.blanks = min(f.sure, is), append(f.blanks, blanks...)
	}
	if batch := e.answers[0].batch; batch != nil {
		live := make(map[string]string, len(a.parts))
		for n := range a.parts {
			live[e.parts[pairs[n]].id] = a.parts[n].id
		}
		for _, id := range batch.ids() {
			f.partIDs = append(f.partIDs, live[id])
		}
	}
	if f.sure == fitAll && len(a.blanks) > 0 {
		f.sure = fitOpen
	}
	return f
}

// layPart lays a part over a recorded one. What stands in a list, and so at one place, has no
// order there.
func (u *unsealer) layPart(e *sealedEntry, of, as *maskedPart) (worst fit, blanks []blankPair) {
	samePlace := func(k int) bool { return as.blanks[k].place == as.blanks[k-1].place }
	pairs, _ := pairRuns(len(as.blanks), fitConflict, samePlace, func(sent, stored int) fit {
		return u.fitsAt(e, &of.blanks[stored], &as.blanks[sent])
	})
	worst = fitAll
	for k, n := range pairs {
		stored, sent := &of.blanks[n], &as.blanks[k]
		blanks = append(blanks, blankPair{sent, stored})
		if stored.kind != blankAny || sent.text == stored.text {
			worst = min(worst, u.fitsAt(e, stored, sent))
		}
	}
	return worst, blanks
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
			run = pairUp(end-first, end-first, int(fitAll), int(least), func(sent, stored int) int { return int(fits(first+sent, first+stored)) })
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
	case stored.kind == cassette.HoleName && asked.cassette.Meta.Tags[stored.text] == "":
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
