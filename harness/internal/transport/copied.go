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
