package match

import "sync/atomic"

// flights count the requests of each bucket that are under way, from request received to
// answer read.
type flights struct {
	now      []atomic.Int32 // the lowest bit says that two overlapped
	invented []atomic.Bool  // whether one had a name that the client made up
}

func newFlights(n int) flights { return flights{make([]atomic.Int32, n), make([]atomic.Bool, n)} }

// enter begins a flight; what it returns ends it.
func (f flights) enter(id int) func() {
	if f.now[id].Add(2) > 3 {
		f.now[id].Or(1)
	}
	var once atomic.Bool
	return func() {
		if !once.Swap(true) {
			f.now[id].Add(-2)
		}
	}
}

// overlapped reports whether two requests of a bucket have been under way at once, or would
// be with one that is not among own.
func (f flights) overlapped(id int, own int32) bool {
	now := f.now[id].Load()
	return now&1 != 0 || now>>1 > own
}
