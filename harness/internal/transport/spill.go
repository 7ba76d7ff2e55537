package transport

import (
	"errors"
	"fmt"
	"sync"
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

// asText is a string of bytes that nobody changes from now on.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
