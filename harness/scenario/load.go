package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
	"github.com/graphvcr/graphvcr/harness/plainfile"
)

// maxSize is far above what a person writes; YAML takes many times its size in
// memory.
const maxSize = 4 << 20

// Error is a fault in a scenario file.
type Error struct {
	File         string
	Line, Column int
	Message      string
	Advice       string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Hint is what to do about it.
func (e *Error) Hint() string { return e.Advice }

// Load reads a scenario file. Errors about its content are *Error; several
// faults are joined, in the order of the file.
func Load(file string) (*Scenario, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	if info.Size() > maxSize {
		return nil, fmt.Errorf("load scenario: %s has %d bytes, more than %d", file, info.Size(), maxSize)
	}
	data, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	return Parse(file, data)
}

// Parse is Load for a text that is in memory; file is for messages and for the
// default name.
func Parse(file string, data []byte) (*Scenario, error) {
	sc, faults := strictyaml.Decode(data, newDecoder().scenario)
	if len(faults) > 0 {
		errs := make([]error, len(faults))
		for i, f := range faults {
			errs[i] = &Error{File: file, Line: f.Line, Column: f.Column, Message: f.Message, Advice: f.Advice}
		}
		return nil, errors.Join(errs...)
	}
	sc.File = file
	for _, doubt := range sc.Doubts {
		doubt.File = file
	}
	if sc.Name == "" {
		base := filepath.Base(file)
		sc.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return &sc, nil
}
