package journal

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Saving says how a journal becomes a cassette.
type Saving struct {
	// Place reads from a note which place an interaction had in the cassette before, -1 for
	// none. Those that had one stand in that order, in the places that they have here: what
	// was sent at once has the order of then. Nil keeps the order of the requests.
	Place func(note []byte) int
	// Clean says that what was appended holds no secret, as a guard does: the file is not
	// its owner's alone.
	Clean bool
}

// LeftOut is an interaction of a journal that is not in the cassette which was made of it.
type LeftOut struct {
	Order  int // of its request, from 0
	Method string
	Err    error
}

func (l LeftOut) Error() string {
	return fmt.Sprintf("interaction %d, %s: %v", l.Order, l.Method, l.Err)
}

func (l LeftOut) Unwrap() error { return l.Err }

// Save makes a cassette file of the journal, in the order of the requests, without those that
// were retried. It copies what Append wrote: whatever the journal's size, little of it is in
// memory. Nothing may be appended meanwhile. A journal that could not store all it was given is
// not saved. The journal stays: remove it once this succeeded.
//
// An interaction with which the file were larger than Load reads is left out, and returned.
func (j *Journal) Save(file string, meta cassette.Meta, how Saving) ([]LeftOut, error) {
	in, err := j.whole()
	if err != nil {
		return nil, fmt.Errorf("save %s: the recording is not complete: %w", file, err)
	}
	all := inPlace(j.kept(), how.Place)
	whole := parts(in, all, j.most)
	room := whole.Room(meta)
	var left []LeftOut
	stored := slices.DeleteFunc(all, func(r record) bool {
		if r.size <= room {
			room -= r.size
			return false
		}
		text, _ := r.text(nil, in) // what cannot be read has no method
		left = append(left, LeftOut{
			Order: r.order, Method: cmp.Or(new(cassette.Encoder).Method(text), "?"),
			Err: &cassette.UnstorableError{Message: fmt.Sprintf("with it the file has more than the %d MB that are read", j.most>>20)},
		})
		return true
	})
	if len(stored) == 0 && len(left) > 0 {
		return nil, fmt.Errorf("save %s: nothing that was recorded can be stored: %w", file, left[0])
	}
	if len(left) > 0 {
		whole = parts(in, stored, j.most)
	}
	return left, whole.Save(file, meta, how.Clean)
}

// parts are what records hold, for a file of so many bytes at most.
func parts(in io.ReaderAt, records []record, most int) cassette.Parts {
	holes := 0
	for _, r := range records {
		holes += r.holes
	}
	w := pages{file: in}
	return cassette.Parts{
		Count: len(records), Holes: holes, Most: most,
		Append: func(dst []byte, n int) ([]byte, error) { return records[n].text(dst, &w) },
	}
}

// inPlace puts records that had a place in the order of these places.
func inPlace(records []record, place func(note []byte) int) []record {
	if place == nil {
		return records
	}
	type placed struct {
		record
		at int
	}
	var had []placed
	var free []int
	for n, r := range records {
		if at := place(r.note); at >= 0 {
			had, free = append(had, placed{r, at}), append(free, n)
		}
	}
	slices.SortStableFunc(had, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for n, at := range free {
		records[at] = had[n].record
	}
	return records
}
