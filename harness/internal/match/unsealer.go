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
