package journal

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// Torn tells what could not be read at the end of a journal.
type Torn struct {
	Bytes int64 // that were left over
	After int   // interactions that were read before them
}

func (t *Torn) String() string {
	return fmt.Sprintf("%d bytes after the first %d interactions are torn", t.Bytes, t.After)
}

// Open opens a journal that was left behind, to be saved. What a kill left half
// written at its end is told, never passed over: the second result is nil where the file
// is whole. A journal that is still being written is fs.ErrExist.
func Open(name string) (*Journal, *Torn, error) {
	file, err := plainfile.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read journal: %w", err)
	}
	j := &Journal{name: name, readOnly: true, file: file, retried: map[int]bool{}}
	if !lock(file) {
		file.Close()
		return nil, nil, leftover(name, true)
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

// Read reads all of a journal that was left behind, as Open does, but for
// what was retried.
func Read(name string) ([]*cassette.Interaction, *Torn, error) {
	j, torn, err := Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer j.Close()
	var all []*cassette.Interaction
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
func (j *Journal) load(r record, buf *[]byte) (*cassette.Interaction, []byte, error) {
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
	if err != nil { // its checksum is good: another version wrote it
		return nil, nil, &cassette.UnstorableError{Message: fmt.Sprintf("what the journal holds at byte %d is %v", r.offset, err)}
	}
	return i, note, nil
}
