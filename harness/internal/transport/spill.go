package transport

import (
	"fmt"
	"io"
	"os"
	"sync"
	"unsafe"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

const (
	// heldInMemory is the largest body that waits in memory until it is recorded.
	heldInMemory = 8 << 20
	// largestKept bounds a body that is recorded, decompressed or not.
	largestKept = wire.MostBody
)

// oversize is a body of more than largestKept bytes: too much for a cassette.
type oversize struct{ what string }

func (o oversize) Error() string {
	return fmt.Sprintf("%s is larger than %d MB", o.what, largestKept>>20)
}

// spill is a copy of a body that grows while the body passes: in memory at first, beyond
// heldInMemory in a scratch file.
//
// Write never fails, since the body that passes is the client's; text tells. It is safe
// for concurrent use.
type spill struct {
	what string

	mu      sync.Mutex
	memory  []byte
	file    *os.File
	size    int64
	err     error
	dropped bool
}

func (s *spill) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped || s.err != nil {
		return len(p), nil
	}
	s.size += int64(len(p))
	switch {
	case s.size > largestKept:
		s.err = oversize{s.what}
		s.release()
	case s.file == nil && s.size <= heldInMemory:
		s.memory = append(s.memory, p...)
	default:
		s.err = s.spool(p)
	}
	return len(p), nil
}

// spool appends to the file, and makes it if there is none.
func (s *spill) spool(p []byte) error {
	if s.file == nil {
		file, err := wire.Scratch()
		if err != nil {
			return err
		}
		s.file = file
	}
	_, err := s.file.Write(p)
	return err
}

// text is the whole copy. It drops the spill, so that it can be asked for once.
func (s *spill) text() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.release()
	if s.err != nil || s.file == nil {
		return asText(s.memory), s.err
	}
	whole := make([]byte, s.size)
	n := copy(whole, s.memory)
	if _, err := s.file.ReadAt(whole[n:], 0); err != nil && err != io.EOF {
		return "", err
	}
	return asText(whole), nil
}

func (s *spill) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
}

// release is called with the lock held.
func (s *spill) release() {
	s.dropped, s.memory = true, nil
	if s.file != nil {
		s.file.Close()
		_ = os.Remove(s.file.Name())
		s.file = nil
	}
}

// asText is a string of bytes that nobody changes from now on.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
