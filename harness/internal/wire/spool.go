package wire

import (
	"errors"
	"os"
	"sync"
)

const (
	spoolInMemory = 64 << 20
	spoolOnDisk   = 2 << 30
)

// ErrSpoolFull is the error of a Spool that holds as much as it may.
var ErrSpoolFull = errors.New("the spool is full")

// scratch makes a temporary file of mode 0600 that loses its name at once, so that nothing of
// it is left whatever happens: on Windows, which refuses that, when it is removed.
func scratch() (*os.File, error) {
	file, err := os.CreateTemp("", "graphvcr-*.body")
	if err == nil {
		_ = os.Remove(file.Name())
	}
	return file, err
}

// A Spool keeps texts for as long as it is in use: the first 64 MB in memory, 2 GB more in a
// scratch file. The zero value is empty; it is safe for concurrent use.
type Spool struct {
	mu   sync.Mutex
	held int64
	file *os.File
	end  int64
}

// A Spooled is a text that a Spool keeps.
type Spooled struct {
	size int64
	text string
	file *os.File // nil where the text is in memory
	at   int64
}

// Keep keeps a text.
func (s *Spool) Keep(text string) (Spooled, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size := int64(len(text))
	if s.held+size <= spoolInMemory {
		s.held += size
		return Spooled{size: size, text: text}, nil
	}
	if s.end+size > spoolOnDisk {
		return Spooled{}, ErrSpoolFull
	}
	if s.file == nil {
		file, err := scratch()
		if err != nil {
			return Spooled{}, err
		}
		s.file = file
	}
	if _, err := s.file.WriteAt([]byte(text), s.end); err != nil {
		return Spooled{}, err
	}
	kept := Spooled{size: size, file: s.file, at: s.end}
	s.end += size
	return kept, nil
}

// Size is how many bytes the text has.
func (k Spooled) Size() int64 { return k.size }

// Text is the text.
func (k Spooled) Text() (string, error) {
	if k.file == nil {
		return k.text, nil
	}
	b := make([]byte, k.size)
	_, err := k.file.ReadAt(b, k.at)
	return string(b), err
}
