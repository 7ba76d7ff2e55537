package transport

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

const (
	// heldBack is the largest answer that is handed out only once all of it is recorded.
	heldBack = 8 << 20
	// largestKept bounds a body that is recorded, decompressed or not.
	largestKept = wire.MostBody
)

// oversize is a body of more than largestKept bytes: too much for a cassette.
type oversize struct{ what string }

func (o oversize) Error() string {
	return fmt.Sprintf("%s is larger than %d MB", o.what, largestKept>>20)
}

// spill is a copy of a body that grows while the body passes.
//
// Write never fails, since the body that passes is the client's; text does. It is safe for
// concurrent use.
type spill struct {
	what string

	mu   sync.Mutex
	held []byte
	err  error // why nothing more is held
}

var errDropped = errors.New("it was dropped")

func (s *spill) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
	case len(s.held)+len(p) > largestKept:
		s.held, s.err = nil, oversize{s.what}
	default:
		s.held = append(s.held, p...)
	}
	return len(p), nil
}

// text is the whole copy, once.
func (s *spill) text() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := asText(s.held), s.err
	s.held, s.err = nil, errDropped
	return text, err
}

func (s *spill) drop() { _, _ = s.text() }

// copied is a body that is copied while it is read.
type copied struct {
	io.ReadCloser
	copy  spill
	left  int64       // of a body whose length is known, else below 0
	whole atomic.Bool // it was read to its end
}

// newCopied copies a body of a length, which is 0 or less where it is unknown.
func newCopied(what string, body io.ReadCloser, length int64) *copied {
	if length <= 0 {
		length = -1
	}
	return &copied{ReadCloser: body, left: length, copy: spill{what: what}}
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.copy.Write(p[:n])
	if c.left -= int64(n); c.left == 0 || err == io.EOF {
		c.whole.Store(true)
	}
	return n, err
}

// asText is a string of bytes that nobody changes from now on.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
