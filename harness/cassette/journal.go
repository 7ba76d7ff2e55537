package cassette

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const (
	journalMagic  = "graphvcr journal 1\n"
	journalSuffix = ".journal"
	recordHead    = 16 // length, checksum, order
	syncEvery     = time.Second
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Journal keeps the interactions of a recording on disk until its cassette is
// complete: append only, each record checksummed and written by one write. A killed
// process loses nothing that Append returned from; a power cut loses a second.
//
// It lies beside the cassette (x.yaml.journal) with mode 0600, holds only what it is
// given, and is safe for concurrent use.
type Journal struct {
	name string

	mu      sync.Mutex
	file    *os.File
	end     int64
	records []record
	syncing *time.Timer // pending group sync, nil when all is synced
	failed  error       // the first failed write or sync: from then on nothing is taken
}

// record is where an interaction stands in the file.
type record struct {
	order  int
	offset int64 // of its payload
	size   int
}

// LeftoverError is a journal that an earlier recording left, or one that a recording
// which still runs is writing.
type LeftoverError struct {
	File    string // the journal's
	Running bool
}

func (e *LeftoverError) Error() string {
	if e.Running {
		return fmt.Sprintf("%s is being recorded by another process", e.File)
	}
	return fmt.Sprintf("an earlier recording was cut short and left %s", e.File)
}

// Hint is what to do about it.
func (e *LeftoverError) Hint() string {
	if e.Running {
		return "wait for it to end"
	}
	return "graphvcr record --recover makes a cassette of it; remove the file to drop it"
}

// JournalOf is the name of a cassette file's journal.
func JournalOf(cassetteFile string) string { return cassetteFile + journalSuffix }

// CreateJournal begins a journal for a cassette file. One that exists is a
// *LeftoverError.
func CreateJournal(cassetteFile string) (*Journal, error) {
	name := JournalOf(cassetteFile)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, &LeftoverError{File: name, Running: locked(name)}
	}
	if err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	lock(file)
	j := &Journal{name: name, file: file, end: int64(len(journalMagic))}
	if _, err := file.WriteString(journalMagic); err != nil {
		return nil, errors.Join(fmt.Errorf("create journal: %w", err), j.Remove())
	}
	return j, nil
}

// Name is the journal's file.
func (j *Journal) Name() string { return j.name }

// Append writes an interaction. The order is its place in the recording: requests
// are ordered by when they began, however they end.
func (j *Journal) Append(order int, i *Interaction) error {
	e := encoder{buf: make([]byte, recordHead, recordHead+256+len(i.Request.Body)+len(i.Response.Body))}
	e.interaction(i)
	payload := e.buf[recordHead:]
	binary.LittleEndian.PutUint32(e.buf, uint32(len(payload)))
	binary.LittleEndian.PutUint64(e.buf[8:], uint64(order))
	binary.LittleEndian.PutUint32(e.buf[4:], crc32.Checksum(e.buf[8:], castagnoli))

	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed != nil {
		return j.failed
	}
	if _, err := j.file.Write(e.buf); err != nil {
		j.failed = fmt.Errorf("write journal: %w", err)
		return j.failed
	}
	j.records = append(j.records, record{order, j.end + recordHead, len(payload)})
	j.end += int64(len(e.buf))
	if j.syncing == nil {
		j.syncing = time.AfterFunc(syncEvery, j.sync)
	}
	return nil
}

// sync is the group sync: it covers all that was written since the last.
func (j *Journal) sync() {
	j.mu.Lock()
	file := j.file
	j.syncing = nil
	j.mu.Unlock()
	if file == nil {
		return
	}
	err := file.Sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.file != nil && j.failed == nil {
		j.failed = fmt.Errorf("sync journal: %w", err)
	}
}

// Len is how many interactions the journal holds.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.records)
}

// each reads the interactions back in their order, one at a time. Nothing may be
// appended meanwhile.
func (j *Journal) each(fault *error) iter.Seq2[int, *Interaction] {
	return func(yield func(int, *Interaction) bool) {
		j.mu.Lock()
		records := slices.Clone(j.records)
		file := j.file
		j.mu.Unlock()
		slices.SortFunc(records, func(a, b record) int { return cmp.Compare(a.order, b.order) })
		var buf []byte
		for _, r := range records {
			buf = slices.Grow(buf[:0], r.size)[:r.size]
			if _, err := file.ReadAt(buf, r.offset); err != nil {
				*fault = fmt.Errorf("read journal: %w", err)
				return
			}
			d := decoder{buf: buf}
			i, err := d.interaction()
			if err != nil {
				*fault = fmt.Errorf("read journal: %w", err)
				return
			}
			if !yield(r.order, i) {
				return
			}
		}
	}
}

// Close closes the journal and leaves the file, to be recovered.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	if j.syncing != nil {
		j.syncing.Stop()
		j.syncing = nil
	}
	err := errors.Join(j.file.Sync(), j.file.Close())
	j.file = nil
	return err
}

// Remove closes the journal and removes the file.
func (j *Journal) Remove() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.syncing != nil {
		j.syncing.Stop()
		j.syncing = nil
	}
	var err error
	if j.file != nil {
		err = j.file.Close()
		j.file = nil
	}
	return errors.Join(err, os.Remove(j.name))
}

// Torn tells what could not be read at the end of a journal.
type Torn struct {
	Bytes int64 // that were left over
	After int   // interactions that were read before them
}

// ReadJournal reads a journal that was left behind, in the order of its requests.
// What a kill left half written at the end is told, never passed over: the second
// result is nil where the file is whole.
func ReadJournal(name string) ([]*Interaction, *Torn, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read journal: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("read journal: %w", err)
	}
	in := bufio.NewReaderSize(file, 1<<20)
	magic := make([]byte, len(journalMagic))
	if n, err := io.ReadFull(in, magic); err != nil {
		if string(magic[:n]) == journalMagic[:n] {
			return nil, &Torn{Bytes: int64(n)}, nil
		}
	}
	if string(magic) != journalMagic {
		return nil, nil, fmt.Errorf("read journal: %s is not a journal of this version", name)
	}
	type placed struct {
		order uint64
		*Interaction
	}
	var all []placed
	at := int64(len(magic))
	for {
		order, i, size, err := readRecord(in, info.Size()-at)
		if err != nil || i == nil {
			break
		}
		at += size
		all = append(all, placed{order, i})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.order, b.order) })
	interactions := make([]*Interaction, len(all))
	for n, p := range all {
		interactions[n] = p.Interaction
		p.ID = n
	}
	if at < info.Size() {
		return interactions, &Torn{Bytes: info.Size() - at, After: len(all)}, nil
	}
	return interactions, nil, nil
}

// readRecord reads one record of at most so many bytes; at the end, or where the
// record is torn, it is nil.
func readRecord(in io.Reader, left int64) (order uint64, i *Interaction, size int64, err error) {
	var head [recordHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, nil, 0, err
	}
	length := int64(binary.LittleEndian.Uint32(head[:]))
	if length > left-recordHead {
		return 0, nil, 0, io.ErrUnexpectedEOF
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(in, payload); err != nil {
		return 0, nil, 0, err
	}
	sum := crc32.Update(crc32.Checksum(head[8:], castagnoli), castagnoli, payload)
	if sum != binary.LittleEndian.Uint32(head[4:]) {
		return 0, nil, 0, errCodec
	}
	d := decoder{buf: payload}
	i, err = d.interaction()
	return binary.LittleEndian.Uint64(head[8:]), i, recordHead + length, err
}
