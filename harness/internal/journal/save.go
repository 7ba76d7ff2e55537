package journal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Saving says how a journal becomes a cassette.
type Saving struct {
	// KeepRetried keeps interactions that the client tried again.
	KeepRetried bool
	// Settled reports whether an interaction, by the note that it was appended with,
	// needs neither Polish nor Guard. Nil settles none. It is called by several goroutines
	// at once; Polish and Guard see one interaction after the other, in their order.
	Settled func(note []byte, i *cassette.Interaction) bool
	// Polish may change an interaction before the guard sees it; nil changes none.
	Polish func(*cassette.Interaction)
	// Guard is as in Cassette.Save. It is asked about the Meta alone, about each
	// interaction before that is written, in a cassette of its own, and about the Meta
	// again before the file is replaced: if ErrAgain is the answer, Save begins anew.
	Guard cassette.Guard
}

// ErrAgain is a guard's answer where it has come to know more while interactions were
// polished, so that some may have been written too early.
var ErrAgain = errors.New("more was recognised while the recording was being saved")

const attempts = 3 // what one learns, the next knows

// Save makes a cassette file of the journal, in the order of the requests. It streams:
// whatever the journal's size, a few interactions are in memory. Nothing may be appended
// meanwhile. A journal that took not all it was given is not saved. The journal stays:
// remove it once this succeeded.
//
// An interaction that no file can hold (see cassette.Interaction.Storable), or that the guard refuses, is left
// out, and so is one with which the file were larger than Load reads. They are told of; the
// others are saved.
func (j *Journal) Save(file string, meta cassette.Meta, how Saving) ([]LeftOut, error) {
	if err := j.Err(); err != nil {
		return nil, fmt.Errorf("save %s: the recording is not complete: %w", file, err)
	}
	s := &saving{Saving: how, journal: j, file: file, meta: meta, records: j.kept(how.KeepRetried)}
	err := ErrAgain
	for n := 0; n < attempts && errors.Is(err, ErrAgain); n++ {
		if err = s.once(); errors.Is(err, errFewer) {
			n, err = n-1, ErrAgain // the records become fewer, so that this ends
		}
	}
	if err != nil {
		return nil, err
	}
	return s.left, nil
}

// saving is a journal on its way into a cassette.
type saving struct {
	Saving
	journal *Journal
	file    string
	meta    cassette.Meta
	records []record
	left    []LeftOut
}

// errFewer says that not all interactions that were announced could be written.
var errFewer = errors.New("some interactions cannot be stored")

// once writes the file, without those that were left out before.
func (s *saving) once() error {
	if err := s.check(); err != nil {
		return fmt.Errorf("save %s: %w", s.file, err)
	}
	before := len(s.left)
	parts := s.parts()
	parts.Done = func() error {
		fewer := s.drop(s.left[before:])
		return cmp.Or(s.check(), fewer)
	}
	return cassette.SaveParts(s.file, s.meta, s.Guard != nil, parts)
}

// drop forgets the records that were left out.
func (s *saving) drop(left []LeftOut) error {
	if len(left) == 0 {
		return nil
	}
	s.records = slices.DeleteFunc(s.records, func(r record) bool {
		return slices.ContainsFunc(left, func(l LeftOut) bool { return l.Order == r.order })
	})
	if len(s.records) == 0 {
		return fmt.Errorf("nothing that was recorded can be stored: %w", s.left[0])
	}
	return errFewer
}

func (s *saving) check(some ...*cassette.Interaction) error {
	if s.Guard == nil {
		return nil
	}
	return s.Guard(&cassette.Cassette{File: s.file, Meta: s.meta, Interactions: some})
}

// refusal is what the guard says of one interaction.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// parts are the interactions as they are saved. Those that are not settled are polished in
// their turn.
func (s *saving) parts() cassette.Parts {
	var buffers sync.Pool // of *[]byte
	hand := func(n int, turn bool, write func(*cassette.Interaction) error) error {
		buf, _ := buffers.Get().(*[]byte)
		if buf == nil {
			buf = new([]byte)
		}
		defer buffers.Put(buf)
		i, note, err := s.journal.load(s.records[n], buf)
		if err != nil {
			return err
		}
		untouched := s.Polish == nil && s.Guard == nil
		settled := untouched || s.Settled != nil && s.Settled(note, i)
		if !settled && !turn {
			return nil
		}
		if !settled && s.Polish != nil {
			s.Polish(i)
		}
		if !settled {
			if err := s.check(i); err != nil {
				return refusal{err}
			}
		}
		return write(i)
	}
	return cassette.Parts{
		Count: len(s.records), Size: func(n int) int { return s.records[n].size },
		Make: hand, Refuse: s.refuse,
	}
}

// refuse leaves an interaction out where it alone is at fault.
func (s *saving) refuse(n int, err error) error {
	var unstorable *cassette.UnstorableError
	var guarded refusal
	if !errors.As(err, &unstorable) && !errors.As(err, &guarded) {
		return err
	}
	order, method := s.records[n].order, "?"
	if i, _, err := s.journal.load(s.records[n], new([]byte)); err == nil {
		method = i.Request.Method
	}
	s.left = append(s.left, LeftOut{Order: order, Method: method, Err: err})
	return nil
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
