package cassette

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/plainfile"
)

// Load reads a file. Errors are *Error.
func Load(file string) (*Cassette, error) {
	f, err := plainfile.Open(file)
	if err != nil {
		return nil, openError(file, err)
	}
	defer f.Close()
	c, err := read(file, f)
	if err != nil {
		return nil, err
	}
	c.Name = strings.TrimSuffix(filepath.Base(file), ".yaml")
	return c, nil
}

// openError is for a file that cannot even be opened.
func openError(file string, err error) *Error {
	e := &Error{File: file, Interaction: -1, Message: "the file cannot be opened: " + reason(err), Err: err}
	var kind *plainfile.KindError
	switch {
	case errors.As(err, &kind):
		e.Message, e.Advice = kind.Error(), "name a file of interactions"
	case errors.Is(err, fs.ErrNotExist):
		e.Message = "there is no such file"
		if where, err := filepath.Abs(file); err == nil {
			e.Advice = "it was looked for at " + where
		}
	case errors.Is(err, fs.ErrPermission):
		e.Message, e.Advice = "the file may not be read", "check its permissions and those of its folders"
	}
	return e
}

// reason is an error of the file system without the path, which is said already.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// read reads an open file: in one pass if it can, through yaml.v3 if it must.
func read(file string, f *os.File) (*Cassette, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, openError(file, err)
	case !info.Mode().IsRegular():
		return nil, &Error{File: file, Interaction: -1, Message: "this is not a regular file"}
	case info.Size() > MaxSize:
		return nil, &Error{
			File: file, Interaction: -1,
			Message: fmt.Sprintf("the file has %d bytes, more than the %d that are read", info.Size(), MaxSize),
			Advice:  "split the recording into several cassettes",
		}
	case info.Size() == 0:
		return nil, &Error{File: file, Interaction: -1, Message: "the file is empty", Advice: adviceTorn}
	}
	c, err := readRegular(file, io.LimitReader(f, MaxSize))
	var fault *Error
	var irregular irregularError
	switch {
	case err == nil, errors.As(err, &fault):
		return c, err
	case errors.As(err, &irregular):
		return readIrregular(file, f, info.Size(), irregular.line)
	}
	return nil, &Error{File: file, Interaction: -1, Message: "reading failed: " + reason(err), Err: err}
}

// readIrregular reads the whole file, but not before it is known to end in a line
// break: the memory that yaml.v3 takes is not spent on a file that was cut. Up to the
// line, the file is in the regular shape.
func readIrregular(file string, f *os.File, size int64, line int) (*Cassette, error) {
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil {
		return nil, &Error{File: file, Interaction: -1, Message: "reading failed: " + reason(err), Err: err}
	}
	if last[0] != '\n' {
		e := tornError(file, 0, -1, "the file does not end in a line break")
		e.Advice = "it was probably cut short: restore it; if it is whole, end it with a line break"
		return nil, e
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil {
		return nil, &Error{File: file, Interaction: -1, Message: "reading failed: " + reason(err), Err: err}
	}
	return readAny(file, data, line)
}
