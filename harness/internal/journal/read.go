package journal

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
	j := &Journal{name: name, readOnly: true, file: file, most: cassette.MaxSize, retried: map[int]bool{}}
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
	noted := int64(binary.LittleEndian.Uint32(head[24:]))
	if noted > size {
		return true, nil
	}
	note := make([]byte, noted)
	if _, err := io.ReadFull(in, note); err != nil {
		return false, err
	}
	sum := crc32.New(castagnoli)
	sum.Write(head[8:])
	sum.Write(note)
	if _, err := io.CopyN(sum, in, size-noted); err != nil {
		return false, err
	}
	if sum.Sum32() != binary.LittleEndian.Uint32(head[4:]) {
		return true, nil
	}
	j.records = append(j.records, record{
		order: int(binary.LittleEndian.Uint64(head[8:])), holes: int(binary.LittleEndian.Uint32(head[28:])), note: note,
		offset: j.end + recordHead + noted, size: int(size - noted),
	})
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
	for n, r := range j.kept(false) {
		i, err := j.load(r)
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
	slices.SortStableFunc(records, func(a, b record) int { return cmp.Compare(a.order, b.order) })
	return records
}

// load reads an interaction back.
func (j *Journal) load(r record) (*cassette.Interaction, error) {
	text := make([]byte, r.size)
	if _, err := j.opened().ReadAt(text, r.offset); err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	i, err := cassette.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("read journal: what it holds at byte %d: %w", r.offset, err)
	}
	return i, nil
}

// opened is the file; nil, which fails, once it is closed.
func (j *Journal) opened() *os.File {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file
}
