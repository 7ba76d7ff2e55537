package journal

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Saving says how a journal becomes a cassette.
type Saving struct {
	// KeepRetried keeps interactions that the client tried again.
	KeepRetried bool
	// Guard may refuse: it is asked about the Meta alone, and then about each interaction,
	// in a cassette of its own, by several goroutines at once. Nil refuses nothing.
	Guard cassette.Guard
	// Place reads from a note which place an interaction had in the cassette before, -1 for
	// none. Those that had one stand in that order, in the places that they take here: what
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

// Save makes a cassette file of the journal, in the order of the requests. It unpacks what
// Append wrote: whatever the journal's size, little of it is in memory. Nothing may be
// appended meanwhile. A journal that took not all it was given is not saved. The journal
// stays: remove it once this succeeded.
//
// An interaction that the guard refuses is left out, and so is one with which the file were
// larger than Load reads. They are told of; the others are saved.
func (j *Journal) Save(file string, meta cassette.Meta, how Saving) ([]LeftOut, error) {
	fail := func(err error) ([]LeftOut, error) { return nil, fmt.Errorf("save %s: %w", file, err) }
	if err := j.Err(); err != nil {
		return fail(fmt.Errorf("the recording is not complete: %w", err))
	}
	all := inPlace(j.kept(how.KeepRetried), how.Place)
	refusals, err := j.refusals(all, meta, how.Guard)
	if err != nil {
		return fail(err)
	}
	for measured := false; ; measured = true {
		records, left := j.storable(all, refusals, meta)
		if len(records) == 0 && len(left) > 0 {
			return fail(fmt.Errorf("nothing that was recorded can be stored: %w", left[0]))
		}
		err := cassette.SaveParts(file, meta, how.Guard != nil || how.Clean, j.parts(records))
		var tooLarge *cassette.UnstorableError
		if err == nil || measured || !errors.As(err, &tooLarge) {
			return left, err
		}
		if err := measure(j.parts(all), all); err != nil { // unpacked they take more
			return fail(err)
		}
	}
}

// parts are records to be unpacked.
func (j *Journal) parts(records []record) cassette.Parts {
	return cassette.Parts{
		Count: len(records), Holes: holesOf(records), Most: j.most,
		Size: func(n int) int { return records[n].size },
		Lane: func() func([]byte, int) ([]byte, error) {
			w := window{file: j.opened()}
			var e cassette.Encoder
			return func(dst []byte, n int) ([]byte, error) {
				packed, err := w.packed(records[n])
				if err != nil {
					return dst, err
				}
				return e.Unpack(dst, packed)
			}
		},
	}
}

// measure notes what records take in a cassette.
func measure(parts cassette.Parts, records []record) error {
	text, made := parts.Lane(), []byte(nil)
	for n := range records {
		if records[n].size > cassette.MaxSize {
			continue // packed, it is too large already
		}
		var err error
		if made, err = text(made[:0], n); err != nil {
			return err
		}
		records[n].taken = len(made)
	}
	return nil
}

func holesOf(records []record) (n int) {
	for _, r := range records {
		n += r.holes
	}
	return n
}

// storable lists the records that become a cassette and those that are left out.
func (j *Journal) storable(all []record, refusals []error, meta cassette.Meta) (stored []record, left []LeftOut) {
	room := j.parts(all).Room(meta)
	for n, r := range all {
		size, err := max(r.size, r.taken)+cassette.PartHead, refusals[n]
		if err == nil && size > room {
			err = &cassette.UnstorableError{Message: fmt.Sprintf("with it the file has more than the %d MB that are read", j.most>>20)}
		}
		if err == nil {
			stored, room = append(stored, r), room-size
			continue
		}
		out := LeftOut{Order: r.order, Method: "?", Err: err}
		if i, err := j.load(r); err == nil {
			out.Method = i.Request.Method
		}
		left = append(left, out)
	}
	return stored, left
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

// refusals are what the guard says of records, nil where it lets one pass.
func (j *Journal) refusals(records []record, meta cassette.Meta, guard cassette.Guard) ([]error, error) {
	all := make([]error, len(records))
	if guard == nil {
		return all, nil
	}
	if err := guard(&cassette.Cassette{Meta: meta}); err != nil {
		return nil, err
	}
	unread := make([]error, len(records))
	var next atomic.Int64
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(records)); n = next.Add(1) - 1 {
				i, err := j.load(records[n])
				if unread[n] = err; err == nil {
					all[n] = guard(&cassette.Cassette{Meta: meta, Interactions: []*cassette.Interaction{i}})
				}
			}
		})
	}
	running.Wait()
	return all, cmp.Or(unread...)
}

// A window reads records that lie near each other at once.
type window struct {
	file   *os.File
	buf    []byte
	offset int64 // of what buf holds
}

// packed is what was recorded, until the next is asked for.
func (w *window) packed(r record) ([]byte, error) {
	const before, size = 16 << 10, 160 << 10 // records are nearly in order, and come in runs of 128 KB
	from := r.offset - w.offset
	if from < 0 || from+int64(r.size) > int64(len(w.buf)) {
		w.offset = max(0, r.offset-before)
		from = r.offset - w.offset
		w.buf = slices.Grow(w.buf[:0], max(size, int(from)+r.size))
		n, err := w.file.ReadAt(w.buf[:cap(w.buf)], w.offset)
		if w.buf = w.buf[:n]; n < int(from)+r.size {
			return nil, fmt.Errorf("read journal: %w", errors.Join(err, errShort))
		}
	}
	return w.buf[from : from+int64(r.size)], nil
}

var errShort = errors.New("it is shorter than it was")
