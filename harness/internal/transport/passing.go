package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// drained is how much of a large answer is read for a client that stops before its end:
// one that decodes JSON stops at the last brace.
const drained = 64 << 10

// passing is the body of a large answer. The client reads it as it comes, and its end is
// not handed out before the exchange is recorded.
type passing struct {
	*copied
	exchange *exchange
	failure  error // of recording

	reading, over atomic.Bool // over: it is recorded, or noted
}

func newPassing(e *exchange, held []byte, rest io.ReadCloser) *passing {
	length := e.resp.ContentLength
	if len(e.resp.Trailer) > 0 {
		length = -1 // the end brings the trailer
	}
	return &passing{copied: newCopied("the answer", wire.Begun(held, rest, nil), length), exchange: e}
}

func (b *passing) Read(p []byte) (int, error) {
	b.reading.Store(true)
	defer b.reading.Store(false)
	n, err := b.copied.Read(p)
	switch {
	case b.whole.Load():
		if failed := b.record(); failed != nil {
			return 0, failed
		}
	case err != nil:
		b.giveUp(err)
	}
	return n, err
}

func (b *passing) record() error {
	if b.over.Swap(true) {
		return b.failure
	}
	body, err := b.copy.text()
	if err != nil {
		b.exchange.lost(fmt.Errorf("keep the answer's body: %w", err))
		return nil
	}
	if err := b.exchange.record(body); err != nil {
		b.failure = b.exchange.failed(err)
	}
	return b.failure
}

func (b *passing) giveUp(err error) {
	if !b.over.Swap(true) {
		b.copy.drop()
		b.exchange.note(err)
	}
}

// Close records the exchange if all but a little of the answer was read, and notes it if
// not. It may be called while a Read waits, to end that.
func (b *passing) Close() error {
	if !b.reading.Load() && !b.over.Load() {
		_, _ = io.CopyN(io.Discard, b, drained) // Read records, and keeps its failure
	}
	b.giveUp(errors.New("the client did not read the answer to its end"))
	err := b.copied.Close()
	if !b.reading.Load() {
		err = errors.Join(b.failure, err)
	}
	return err
}

// heldBack is the largest answer that is handed out only once all of it is recorded.
const heldBack = 8 << 20

// oversize says that a body is too much for a cassette, decompressed or not.
func oversize(what string) error {
	return fmt.Errorf("%s is larger than %d MB", what, wire.MostBody>>20)
}

// spill is a copy of a body that grows while the body passes, in pieces: one that had to move
// would take several times its size. Write never fails, since the body that passes is the
// client's; text does. It is safe for concurrent use.
type spill struct {
	what string

	mu   sync.Mutex
	held [][]byte
	size int
	err  error // why nothing more is held
}

var errDropped = errors.New("it was dropped")

const smallestPiece, largestPiece = 4 << 10, 1 << 20

func (s *spill) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.size+len(p) > wire.MostBody {
		s.held, s.err = nil, oversize(s.what)
	}
	for rest := p; s.err == nil && len(rest) > 0; {
		last := len(s.held) - 1
		if last < 0 || len(s.held[last]) == cap(s.held[last]) {
			piece := max(smallestPiece, min(largestPiece, max(s.size, len(rest))))
			s.held, last = append(s.held, make([]byte, 0, piece)), last+1
		}
		n := min(len(rest), cap(s.held[last])-len(s.held[last]))
		s.held[last] = append(s.held[last], rest[:n]...)
		s.size, rest = s.size+n, rest[n:]
	}
	return len(p), nil
}

// text is the whole copy, once.
func (s *spill) text() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held, err := bytes.Join(s.held, nil), s.err
	s.held, s.err = nil, errDropped
	return asText(held), err
}

func (s *spill) drop() { _, _ = s.text() }

// copied is a body that is copied while it is read.
type copied struct {
	io.ReadCloser
	copy  spill
	left  int64       // of a body whose length is known, else 0 and below
	whole atomic.Bool // it was read to its end
}

// newCopied copies a body of a length, which is 0 or less where it is unknown.
func newCopied(what string, body io.ReadCloser, length int64) *copied {
	return &copied{ReadCloser: body, left: length, copy: spill{what: what}}
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.copy.Write(p[:n])
	if c.left -= int64(n); n > 0 && c.left == 0 || err == io.EOF {
		c.whole.Store(true)
	}
	return n, err
}

// asText is a string of bytes that nobody changes from now on.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
