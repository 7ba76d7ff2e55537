package journal

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

const (
	journalMagic  = "graphvcr journal 3\n"
	journalSuffix = ".journal"
	recordHead    = 32 // length, checksum, order, what is retried, length of the note, holes
	syncEvery     = time.Second
	mostScratch   = 1 << 20 // a larger buffer is not kept for the next record
)

// NoRetry says to Append that an exchange is nobody's second try.
const NoRetry = -1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Journal keeps the interactions of a recording on disk until its cassette is
// complete: append only, each record checksummed and written by one write. A killed
// process loses nothing that Append returned from; a power cut loses a second.
//
// It lies beside the cassette (x.yaml.journal) with mode 0600 and holds only what it is
// given. Of each interaction it keeps no more than its place and its note in memory.
//
// A Journal is safe for concurrent use. One that Create made ends with Remove or
// Close, one that Open opened is to be saved and then removed.
type Journal struct {
	name     string
	readOnly bool
	most     int       // bytes that a cassette may have
	encoders sync.Pool // of *encoder

	mu      sync.Mutex
	file    *os.File // nil once closed
	end     int64
	records []record
	retried map[int]bool // by order
	syncing *time.Timer  // pending group sync, nil when all is synced
	failed  error        // the first failed write or sync: from then on nothing is stored

	syncs sync.WaitGroup // those pending or under way
}

// record is where the text of an interaction stands in the file, as a cassette has it.
type record struct {
	order, retryOf int
	offset         int64 // behind the note
	size           int
	holes          int
	note           []byte
}

// leftover is a journal that an earlier recording left, or one that a recording which
// still runs is writing: fs.ErrExist.
func leftover(name string, running bool) error {
	e := &fault.Error{
		Kind: fs.ErrExist, Message: "an earlier recording was cut short and left " + name,
		Hint: "graphvcr record --recover makes a cassette of it; remove the file to drop it",
	}
	if running {
		e.Message, e.Hint = name+" is being recorded by another process", "wait for it to end"
	}
	return e
}

// inTheWay says what has the name of a journal that is to be made.
func inTheWay(name string) error {
	file, err := plainfile.Open(name)
	var kind *plainfile.KindError
	if errors.As(err, &kind) {
		return &fault.Error{Kind: fs.ErrExist, Message: name + " is " + kind.Kind + ", where a recording is to be kept", Hint: "remove it"}
	}
	if err == nil {
		file.Close()
	}
	return leftover(name, wire.Locked(name))
}

// unwritable is a journal to which nothing more can be written. What it held by then is whole.
func unwritable(name string, err error) error {
	e := &fault.Error{
		Message: "write " + name, Cause: fault.Reason(err),
		Hint: "what was recorded before is whole: once there is room, graphvcr record --recover makes a cassette of it",
	}
	if errors.Is(err, fs.ErrClosed) {
		e.Hint = "the recording is over: end all requests before it is saved"
	}
	return e
}

// Of is the name of a cassette file's journal.
func Of(cassetteFile string) string { return cassetteFile + journalSuffix }

// Create begins a journal for a cassette file. One that exists is fs.ErrExist: two
// recordings never share one.
func Create(cassetteFile string) (*Journal, error) {
	name := Of(cassetteFile)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	wire.RemoveStale(cassetteFile) // that a killed recording left
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, inTheWay(name)
	}
	if err != nil {
		return nil, fmt.Errorf("create journal: %w", err)
	}
	j := &Journal{name: name, file: file, most: cassette.MaxSize, end: int64(len(journalMagic)), retried: map[int]bool{}}
	if !wire.Lock(file) { // somebody recovers it, in the moment since it was created
		file.Close()
		return nil, leftover(name, true)
	}
	if _, err := file.WriteString(journalMagic); err != nil {
		return nil, errors.Join(fmt.Errorf("create journal: %w", err), j.Remove())
	}
	wire.SyncFolder(filepath.Dir(name))
	return j, nil
}

// Name is the journal's file.
func (j *Journal) Name() string { return j.name }

// Append writes an interaction. The order is its place in the recording: requests
// are ordered by when they began, however they end. Where the interaction is a second
// try of an earlier one, retryOf is the order of that, which is thereby marked as
// retried; else it is NoRetry. The note is for Notes: the journal keeps it, no cassette
// does. What is appended is final.
//
// What no cassette could hold is not stored: a *cassette.UnstorableError, which costs that
// interaction alone. After any other error nothing more is stored, and Save refuses: the
// recording has a hole.
func (j *Journal) Append(order, retryOf int, i *cassette.Interaction, note []byte) error {
	e, _ := j.encoders.Get().(*encoder)
	if e == nil {
		e = &encoder{}
	}
	defer func() {
		if cap(e.buf) <= mostScratch {
			j.encoders.Put(e)
		}
	}()
	r, err := e.record(order, retryOf, i, note)
	if err != nil {
		return err
	}

	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.failed != nil:
		return j.failed
	case j.file == nil || j.readOnly:
		return unwritable(j.name, fs.ErrClosed)
	}
	if _, err := j.file.Write(e.buf); err != nil {
		_ = j.file.Truncate(j.end) // if it fails too, recovery reports the torn end
		return j.fail(err)
	}
	r.offset += j.end
	j.end += int64(len(e.buf))
	j.add(r)
	if j.syncing == nil {
		j.syncs.Add(1)
		j.syncing = time.AfterFunc(syncEvery, j.sync)
	}
	return nil
}

// add lists a record. It is called with the lock held.
func (j *Journal) add(r record) {
	j.records = append(j.records, r)
	if r.retryOf != NoRetry {
		j.retried[r.retryOf] = true
	}
}

// encoder makes records.
type encoder struct {
	cassette.Encoder
	buf []byte
}

// record fills the buffer with a whole record. Its offset is from the beginning.
func (e *encoder) record(order, retryOf int, i *cassette.Interaction, note []byte) (r record, err error) {
	start := recordHead + len(note)
	e.buf = append(append(e.buf[:0], make([]byte, recordHead)...), note...)
	if e.buf, err = e.Encoder.Append(e.buf, i); err != nil {
		return r, err
	}
	if len(e.buf) > math.MaxUint32 {
		return r, &cassette.UnstorableError{Message: fmt.Sprintf("it takes %d bytes", len(e.buf))}
	}
	binary.LittleEndian.PutUint32(e.buf, uint32(len(e.buf)-recordHead))
	binary.LittleEndian.PutUint64(e.buf[8:], uint64(order))
	binary.LittleEndian.PutUint64(e.buf[16:], uint64(retryOf+1))
	binary.LittleEndian.PutUint32(e.buf[24:], uint32(len(note)))
	binary.LittleEndian.PutUint32(e.buf[28:], uint32(len(i.Holes)))
	binary.LittleEndian.PutUint32(e.buf[4:], crc32.Checksum(e.buf[8:], castagnoli))
	return record{order, retryOf, int64(start), len(e.buf) - start, len(i.Holes), slices.Clone(note)}, nil
}

// fail is called with the lock held.
func (j *Journal) fail(err error) error {
	j.failed = unwritable(j.name, err)
	return j.failed
}

// Err is why nothing more can be appended, or nil.
func (j *Journal) Err() error {
	_, err := j.whole()
	return err
}

// whole is the file, which is open and lacks nothing that was to be appended.
func (j *Journal) whole() (*os.File, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed == nil && j.file == nil {
		return nil, unwritable(j.name, fs.ErrClosed)
	}
	return j.file, j.failed
}

// sync is the group sync: it covers all that was written since the last.
func (j *Journal) sync() {
	defer j.syncs.Done()
	j.mu.Lock()
	file := j.file
	j.syncing = nil
	j.mu.Unlock()
	if file == nil {
		return
	}
	err := file.Sync() // appending goes on meanwhile
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.file != nil && j.failed == nil {
		_ = j.fail(err) // Append and Save return it
	}
}

// Len is how many interactions the journal holds, and how many of them were retried.
func (j *Journal) Len() (all, retried int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.records), len(j.retried)
}

// Notes are the notes that interactions were appended with, in the order of their requests,
// without those of the retried ones.
func (j *Journal) Notes() [][]byte {
	var all [][]byte
	for _, r := range j.kept() {
		all = append(all, r.note)
	}
	return all
}

// kept lists the records in their order, without those that were retried.
func (j *Journal) kept() []record {
	j.mu.Lock()
	defer j.mu.Unlock()
	records := slices.DeleteFunc(slices.Clone(j.records), func(r record) bool { return j.retried[r.order] })
	slices.SortStableFunc(records, func(a, b record) int { return cmp.Compare(a.order, b.order) })
	return records
}

// Close closes the journal and leaves the file, to be recovered. A second time it does
// nothing.
func (j *Journal) Close() error {
	file := j.release()
	if file == nil {
		return nil
	}
	var err error
	if !j.readOnly {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Remove closes the journal and removes the file.
func (j *Journal) Remove() error {
	return errors.Join(j.release().Close(), os.Remove(j.name))
}

// Damaged ends the name of a journal that was set aside.
const Damaged = ".damaged"

// SetAside closes a journal that is damaged and gives it another name: what of it could not
// be read is somebody's yet.
func (j *Journal) SetAside() error {
	return errors.Join(j.Close(), wire.Move(j.name, j.name+Damaged))
}

// release takes the file from the journal, once nothing else uses it.
func (j *Journal) release() *os.File {
	j.mu.Lock()
	if j.syncing != nil && j.syncing.Stop() {
		j.syncs.Done()
	}
	j.syncing = nil
	file := j.file
	j.file = nil
	j.mu.Unlock()
	j.syncs.Wait()
	return file
}
