package journal

import (
	"cmp"
	"errors"
	"fmt"
	"os"
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
// were retried. It unpacks what Append wrote: whatever the journal's size, little of it is in
// memory. Nothing may be appended meanwhile. A journal that could not store all it was given is
// not saved. The journal stays: remove it once this succeeded.
//
// An interaction with which the file were larger than Load reads is left out, and returned.
func (j *Journal) Save(file string, meta cassette.Meta, how Saving) ([]LeftOut, error) {
	if err := j.Err(); err != nil {
		return nil, fmt.Errorf("save %s: the recording is not complete: %w", file, err)
	}
	s := saving{file: j.opened(), most: j.most, meta: meta}
	all := inPlace(j.kept(), how.Place)
	for measured := false; ; measured = true {
		records, left := s.storable(all)
		if len(records) == 0 && len(left) > 0 {
			return nil, fmt.Errorf("save %s: nothing that was recorded can be stored: %w", file, left[0])
		}
		err := s.parts(records).Save(file, meta, how.Clean)
		var tooLarge *cassette.UnstorableError
		if err == nil || measured || !errors.As(err, &tooLarge) {
			return left, err
		}
		if err := measure(s.parts(all), all); err != nil { // unpacked they are larger
			return nil, fmt.Errorf("save %s: %w", file, err)
		}
	}
}

// saving is a journal on its way to become a cassette.
type saving struct {
	file *os.File
	most int
	meta cassette.Meta
}

// parts are records to be unpacked.
func (s *saving) parts(records []record) cassette.Parts {
	holes := 0
	for _, r := range records {
		holes += r.holes
	}
	return cassette.Parts{
		Count: len(records), Holes: holes, Most: s.most,
		Size: func(n int) int { return records[n].size },
		Lane: func() func([]byte, int) ([]byte, error) {
			w := window{file: s.file}
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

// measure notes how many bytes records have in a cassette.
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
		records[n].unpacked = len(made)
	}
	return nil
}

// storable lists the records that become a cassette and those that are left out.
func (s *saving) storable(all []record) (stored []record, left []LeftOut) {
	room := s.parts(all).Room(s.meta)
	for _, r := range all {
		size := max(r.size, r.unpacked)
		if size <= room {
			stored, room = append(stored, r), room-size
			continue
		}
		out := LeftOut{Order: r.order, Method: "?", Err: &cassette.UnstorableError{
			Message: fmt.Sprintf("with it the file has more than the %d MB that are read", s.most>>20),
		}}
		if i, err := load(s.file, r); err == nil {
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
