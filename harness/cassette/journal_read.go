package cassette

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"sync"
)

// Torn tells what could not be read at the end of a journal.
type Torn struct {
	Bytes int64 // that were left over
	After int   // interactions that were read before them
}

func (t *Torn) String() string {
	return fmt.Sprintf("%d bytes after the first %d interactions are torn", t.Bytes, t.After)
}

// OpenJournal opens a journal that was left behind, to be saved. What a kill left half
// written at its end is told, never passed over: the second result is nil where the file
// is whole. A journal that is still being written is a *LeftoverError.
func OpenJournal(name string) (*Journal, *Torn, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read journal: %w", err)
	}
	j := &Journal{name: name, readOnly: true, file: file, retried: map[int]bool{}}
	if !lock(file) {
		file.Close()
		return nil, nil, &LeftoverError{File: name, Running: true}
	}
	torn, err := j.scan()
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("read journal %s: %w", name, err)
	}
	return j, torn, nil
}

// scan finds the records and checks each.
func (j *Journal) scan() (*Torn, error) {
	info, err := j.file.Stat()
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(j.file, 1<<20)
	magic := make([]byte, len(journalMagic))
	n, err := io.ReadFull(in, magic)
	switch {
	case string(magic[:n]) != journalMagic[:n]:
		return nil, errors.New("it is not a journal of this version")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &Torn{Bytes: int64(n)}, nil
	case err != nil:
		return nil, err
	}
	j.end = int64(n)
	for j.end < info.Size() {
		torn, err := j.scanRecord(in, info.Size()-j.end)
		if err != nil {
			return nil, err
		}
		if torn {
			return &Torn{Bytes: info.Size() - j.end, After: len(j.records)}, nil
		}
	}
	return nil, nil
}

// scanRecord reads one record of at most so many bytes. One that is not whole is torn;
// an error is a disk's.
func (j *Journal) scanRecord(in io.Reader, left int64) (torn bool, err error) {
	var head [recordHead]byte
	if left < recordHead {
		return true, nil
	}
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return false, err
	}
	size := int64(binary.LittleEndian.Uint32(head[:]))
	if size > left-recordHead {
		return true, nil
	}
	sum := crc32.New(castagnoli)
	sum.Write(head[8:])
	if _, err := io.CopyN(sum, in, size); err != nil {
		return false, err
	}
	if sum.Sum32() != binary.LittleEndian.Uint32(head[4:]) {
		return true, nil
	}
	j.records = append(j.records, record{int(binary.LittleEndian.Uint64(head[8:])), j.end + recordHead, int(size)})
	if retryOf := int(binary.LittleEndian.Uint64(head[16:])); retryOf > 0 {
		j.retried[retryOf-1] = true
	}
	j.end += recordHead + size
	return false, nil
}

// ReadJournal reads all of a journal that was left behind, as OpenJournal does, but for
// what was retried.
func ReadJournal(name string) ([]*Interaction, *Torn, error) {
	j, torn, err := OpenJournal(name)
	if err != nil {
		return nil, nil, err
	}
	defer j.Close()
	var all []*Interaction
	var buf []byte
	for n, r := range j.kept(false) {
		i, _, err := j.load(r, &buf)
		if err != nil {
			return all, torn, err
		}
		i.ID = n
		all = append(all, i)
	}
	return all, torn, nil
}

// kept lists the records in their order.
func (j *Journal) kept(withRetried bool) []record {
	j.mu.Lock()
	defer j.mu.Unlock()
	records := slices.Clone(j.records)
	if !withRetried {
		records = slices.DeleteFunc(records, func(r record) bool { return j.retried[r.order] })
	}
	slices.SortFunc(records, func(a, b record) int { return cmp.Compare(a.order, b.order) })
	return records
}

// load reads an interaction back, and its note. The buffer is used again.
func (j *Journal) load(r record, buf *[]byte) (*Interaction, []byte, error) {
	j.mu.Lock()
	file := j.file
	j.mu.Unlock()
	*buf = slices.Grow((*buf)[:0], r.size)[:r.size]
	if _, err := file.ReadAt(*buf, r.offset); err != nil {
		return nil, nil, fmt.Errorf("read journal: %w", err)
	}
	d := decoder{buf: *buf}
	note := d.bytes()
	i, err := d.interaction()
	if err != nil {
		return nil, nil, fmt.Errorf("read journal %s: at byte %d: %w", j.name, r.offset, err)
	}
	return i, note, nil
}

// Saving says how a journal becomes a cassette.
type Saving struct {
	// KeepRetried keeps interactions that the client tried again.
	KeepRetried bool
	// Settled reports whether an interaction, by the note that it was appended with,
	// needs neither Polish nor Guard. Nil settles none. It is called by several goroutines
	// at once; Polish and Guard see one interaction after the other, in their order.
	Settled func(note []byte, i *Interaction) bool
	// Polish may change an interaction before the guard sees it; nil changes none.
	Polish func(*Interaction)
	// Guard is as in Cassette.Save. It is asked about the Meta alone, about each
	// interaction before that is written, in a cassette of its own, and about the Meta
	// again before the file is replaced: if ErrAgain is the answer, Save begins anew.
	Guard Guard
}

// ErrAgain is a guard's answer where it has come to know more while interactions were
// polished, so that some may have been written too early.
var ErrAgain = errors.New("more was recognised while the recording was being saved")

const attempts = 3 // what one learns, the next knows

// Save makes a cassette file of the journal, in the order of the requests. It streams:
// whatever the journal's size, a few interactions are in memory. Nothing may be appended
// meanwhile. A journal that took not all it was given is not saved. The journal stays:
// remove it once this succeeded.
func (j *Journal) Save(file string, meta Meta, how Saving) error {
	if err := j.Err(); err != nil {
		return fmt.Errorf("save %s: the recording is not complete: %w", file, err)
	}
	check := func(some ...*Interaction) error {
		if how.Guard == nil {
			return nil
		}
		return how.Guard(&Cassette{File: file, Meta: meta, Interactions: some})
	}
	err := ErrAgain
	for n := 0; n < attempts && errors.Is(err, ErrAgain); n++ {
		if err = check(); err != nil {
			continue
		}
		err = replace(file, how.Guard != nil, func(out io.Writer) error {
			if err := stream(out, &meta, j.parts(how, check)); err != nil {
				return err
			}
			return check()
		})
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// parts are the interactions as they are saved. Those that are not settled are polished in
// their turn.
func (j *Journal) parts(how Saving, check func(...*Interaction) error) parts {
	records := j.kept(how.KeepRetried)
	var buffers sync.Pool // of *[]byte
	return parts{len(records), func(n int, w *writer, turn bool) (bool, error) {
		if !turn && records[n].size >= largePart {
			return false, nil
		}
		buf, _ := buffers.Get().(*[]byte)
		if buf == nil {
			buf = new([]byte)
		}
		defer buffers.Put(buf)
		i, note, err := j.load(records[n], buf)
		if err != nil {
			return false, err
		}
		untouched := how.Polish == nil && how.Guard == nil
		settled := untouched || how.Settled != nil && how.Settled(note, i)
		if !settled && !turn {
			return false, nil
		}
		if !settled && how.Polish != nil {
			how.Polish(i)
		}
		if !settled {
			if err := check(i); err != nil {
				return false, fmt.Errorf("interaction %d: %w", n, err)
			}
		}
		return true, w.loadable(n, i)
	}}
}
