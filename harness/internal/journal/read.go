package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Torn says what of a journal could not be read.
type Torn struct {
	Bytes  int64 // that were passed over
	After  int   // interactions that were read before the first of them
	Behind int   // interactions that were read behind it: the file was damaged, not cut
}

// Open opens a journal that was left behind, to be saved. What a kill left half written at
// its end, and what a disk damaged within, is reported: the second result is nil where the file
// is whole. A journal that is still being written is fs.ErrExist.
func Open(name string) (*Journal, *Torn, error) {
	file, err := plainfile.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read journal: %w", err)
	}
	j := &Journal{name: name, readOnly: true, file: file, most: cassette.MaxSize, retried: map[int]bool{}}
	if !wire.Lock(file) {
		file.Close()
		return nil, nil, leftover(name, true)
	}
	s := scanner{file: file}
	if err := s.all(); err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("read journal %s: %w", name, err)
	}
	for _, r := range s.records {
		j.add(r)
	}
	return j, s.torn, nil
}

// scanner finds the records of a file and checks each.
type scanner struct {
	file    *os.File
	records []record
	torn    *Torn // nil where the file is whole
}

func (s *scanner) all() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(s.file, 1<<20)
	magic := make([]byte, len(journalMagic))
	n, err := io.ReadFull(in, magic)
	switch {
	case string(magic[:n]) != journalMagic[:n]:
		return &fault.Error{Message: "it is not a journal of this version", Hint: "recover it with the graphvcr that recorded it; or remove it, and record again"}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		s.torn = &Torn{Bytes: int64(n)}
		return nil
	case err != nil:
		return err
	}
	for at := int64(n); at < info.Size(); {
		r, whole, err := readRecord(in, info.Size()-at)
		if err != nil {
			return err
		}
		if whole {
			r.offset += at
			at = r.offset + int64(r.size)
			s.records = append(s.records, r)
			continue
		}
		if s.torn == nil {
			s.torn = &Torn{After: len(s.records)}
		}
		next, err := s.next(at+1, info.Size())
		if err != nil {
			return err
		}
		s.torn.Bytes += next - at
		in.Reset(io.NewSectionReader(s.file, next, info.Size()))
		at = next
	}
	if s.torn != nil {
		s.torn.Behind = len(s.records) - s.torn.After
	}
	return nil
}

// A head of a record, as far as it says what follows.
type head [recordHead]byte

func (h *head) size() int64  { return int64(binary.LittleEndian.Uint32(h[:])) }
func (h *head) sum() uint32  { return binary.LittleEndian.Uint32(h[4:]) }
func (h *head) order() int   { return int(binary.LittleEndian.Uint64(h[8:])) }
func (h *head) retryOf() int { return int(binary.LittleEndian.Uint64(h[16:])) - 1 }
func (h *head) noted() int64 { return int64(binary.LittleEndian.Uint32(h[24:])) }
func (h *head) holes() int   { return int(binary.LittleEndian.Uint32(h[28:])) }

// fits reports whether the head may be that of a record where so many bytes are left.
func (h *head) fits(left int64) bool {
	const most = 1 << 40 // far more than anybody records
	return h.size() <= left-recordHead && h.noted() <= h.size() && uint64(h.order()) < most && uint64(h.retryOf()+1) < most
}

// readRecord reads a record of at most so many bytes, and says whether it is whole. Its offset
// is from its beginning.
func readRecord(in io.Reader, left int64) (r record, whole bool, err error) {
	var h head
	if left < recordHead {
		return r, false, nil
	}
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return r, false, err
	}
	if !h.fits(left) {
		return r, false, nil
	}
	note := make([]byte, h.noted())
	if _, err := io.ReadFull(in, note); err != nil {
		return r, false, err
	}
	sum := crc32.New(castagnoli)
	sum.Write(h[8:])
	sum.Write(note)
	if _, err := io.CopyN(sum, in, h.size()-h.noted()); err != nil {
		return r, false, err
	}
	r = record{h.order(), h.retryOf(), recordHead + h.noted(), int(h.size() - h.noted()), h.holes(), note}
	return r, sum.Sum32() == h.sum(), nil
}

// next is where the next record begins that is whole, at an offset or behind it, or the end.
// The search gives up where it would read the file over and over.
func (s *scanner) next(from, end int64) (int64, error) {
	spare := 4 * end
	window := make([]byte, 1<<20)
	for ; from < end; from += int64(len(window) - recordHead + 1) {
		n, err := s.file.ReadAt(window, from)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		for i := 0; i+recordHead <= n; i++ {
			h, here := head(window[i:i+recordHead]), from+int64(i)
			if h.size() == 0 || !h.fits(end-here) {
				continue
			}
			if spare -= h.size(); spare < 0 {
				return end, nil
			}
			if _, whole, err := readRecord(io.NewSectionReader(s.file, here, end-here), end-here); err != nil || whole {
				return here, err
			}
		}
	}
	return end, nil
}

// text appends what a record holds to dst.
func (r record) text(dst []byte, in io.ReaderAt) ([]byte, error) {
	end := len(dst) + r.size
	dst = slices.Grow(dst, r.size)[:end]
	if _, err := in.ReadAt(dst[end-r.size:], r.offset); err != nil {
		return dst, fmt.Errorf("read journal: %w", err)
	}
	return dst, nil
}

// pages reads a file by whole pages, of which the last two are kept: records stand nearly in
// order.
type pages struct {
	file io.ReaderAt
	kept [2]page
}

type page struct {
	number int64
	text   []byte // nil where nothing is kept
}

const pageSize = 128 << 10

// ReadAt implements io.ReaderAt.
func (p *pages) ReadAt(to []byte, at int64) (n int, err error) {
	if len(to) > pageSize/4 {
		return p.file.ReadAt(to, at)
	}
	for n < len(to) {
		number, within := (at+int64(n))/pageSize, (at+int64(n))%pageSize
		held := &p.kept[number%int64(len(p.kept))]
		if held.number != number || held.text == nil {
			text := slices.Grow(held.text[:0], pageSize)[:pageSize]
			size, err := p.file.ReadAt(text, number*pageSize)
			if err != nil && !errors.Is(err, io.EOF) {
				return n, err
			}
			held.number, held.text = number, text[:size]
		}
		if within >= int64(len(held.text)) {
			return n, io.ErrUnexpectedEOF
		}
		n += copy(to[n:], held.text[within:])
	}
	return n, nil
}
