package match

import (
	"sync"
	"sync/atomic"
)

// An unsealer finds out which recorded requests the requests of a session mean, and
// remembers what their values stand for.
type unsealer struct {
	index    *Index
	seal     *seal
	progress *progress

	choosing sync.Mutex // held while what is written is bound
	bound    *bindings
	flights  func() []flight // by bucket, once the seal was read
}

func newUnsealer(x *Index, p *progress) *unsealer {
	return &unsealer{
		index: x, seal: x.seal, progress: p,
		bound: newBindings(x.seal.faker), flights: sync.OnceValue(func() []flight { return make([]flight, len(x.seal.buckets)) }),
	}
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

// A fit says how what a client sent stands to what was recorded at a blank place.
type fit uint8

const (
	fitConflict fit = iota // it is another value
	fitLone                // looked up, and nothing is kept of it: fits a request that stands alone
	fitWeak                // written by the client, and nothing is known of it
	fitOpen                // anything goes, and nothing else is asked
	fitTagged              // it fits the tag
	fitExact               // the pseudonym that was given out, or the value bound to it
)

// A foundRequest is the recorded one that a live one means.
type foundRequest struct {
	entry   *entry
	partIDs map[string]string // the live ids of a batch's parts, by the recorded
	note    string
	sure    fit
	only    bool // no other request is meant as surely

	masked *masked
	bucket *bucket
	sealed *sealedEntry
	pairs  []int // which part of the recorded request each part is
}
