package match

import "sync/atomic"

// A tally is what one session has replayed of one entry. It fits in a word, so
// that choosing an answer is one compare-and-swap and needs no lock.
type tally struct {
	next    int  // the first answer that was neither served nor passed over
	last    int  // the answer served last, -1 for none
	repeats int  // how often the last answer was repeated
	wrapped bool // every answer was served once and they began anew
}

const (
	placeBits   = 24
	maxAnswers  = 1<<placeBits - 2
	repeatBits  = 15
	maxRepeats  = 1<<repeatBits - 1
	placeMask   = 1<<placeBits - 1
	lastShift   = placeBits
	repeatShift = 2 * placeBits
	wrappedBit  = 63
)

func (t tally) pack() uint64 {
	word := uint64(t.next) | uint64(t.last+1)<<lastShift | uint64(min(t.repeats, maxRepeats))<<repeatShift
	if t.wrapped {
		word |= 1 << wrappedBit
	}
	return word
}

func unpack(word uint64) tally {
	return tally{
		next:    int(word & placeMask),
		last:    int(word>>lastShift&placeMask) - 1,
		repeats: int(word >> repeatShift & maxRepeats),
		wrapped: word>>wrappedBit != 0,
	}
}

// served reports whether an answer of a write was served.
func (t tally) served(answer int) bool { return t.wrapped || answer < t.next }

// serve is the tally after an answer was served for the first time.
func (t tally) serve(answer int) tally {
	return tally{next: max(t.next, answer+1), last: answer, wrapped: t.wrapped}
}

// again is the tally after the last answer was repeated.
func (t tally) again() tally {
	t.repeats++
	return t
}

// words is an array of atomic words, of which only the pages in use exist: a
// session over a large index costs little until it is used.
type words struct {
	pages []atomic.Pointer[wordPage]
}

const pageSize = 64

type wordPage [pageSize]atomic.Uint64

func newWords(n int) words {
	return words{make([]atomic.Pointer[wordPage], (n+pageSize-1)/pageSize)}
}

// at returns word i, to be read and written.
func (w words) at(i int) *atomic.Uint64 {
	place := &w.pages[i/pageSize]
	page := place.Load()
	if page == nil {
		place.CompareAndSwap(nil, new(wordPage))
		page = place.Load()
	}
	return &page[i%pageSize]
}

// load returns the value of word i, without making its page.
func (w words) load(i int) uint64 {
	if page := w.pages[i/pageSize].Load(); page != nil {
		return page[i%pageSize].Load()
	}
	return 0
}
