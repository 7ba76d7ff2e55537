package cassette

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// Load reads a file. An error names the file and, where it is about the content, the
// line and the interaction; report.Problems has them as fields, with a hint.
func Load(file string) (*Cassette, error) { return open(file, false) }

// LoadUnsealed is Load for a file that was edited by hand, to be sealed again: sums are not
// asked for, and holes and tags that are none are passed over.
func LoadUnsealed(file string) (*Cassette, error) { return open(file, true) }

func open(file string, unsealed bool) (*Cassette, error) {
	f, err := plainfile.Open(file)
	if err != nil {
		return nil, openError(file, err)
	}
	defer f.Close()
	c, err := read(file, f, unsealed)
	if err != nil {
		return nil, err
	}
	c.Name = strings.TrimSuffix(filepath.Base(file), ".yaml")
	return c, nil
}

// openError is for a file that cannot even be opened.
func openError(file string, err error) error {
	e := fileFault(file, "the file cannot be opened", "")
	e.Cause = fault.Reason(err)
	var kind *plainfile.KindError
	switch {
	case errors.As(err, &kind):
		e.Message, e.Cause, e.Kind = kind.Error(), nil, err
		e.Hint = "name a file of interactions"
	case errors.Is(err, fs.ErrNotExist):
		e.Message, e.Cause, e.Kind = "there is no such file", nil, err
		if where, err := filepath.Abs(file); err == nil {
			e.Hint = "it was looked for at " + where
		}
	case errors.Is(err, fs.ErrPermission):
		e.Message, e.Cause, e.Kind = "the file may not be read", nil, err
		e.Hint = "check its permissions and those of its folders"
	}
	return e
}

// read reads an open file: in one pass if it can, through yaml.v3 if it must.
func read(file string, f *os.File, unsealed bool) (*Cassette, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, openError(file, err)
	case !info.Mode().IsRegular():
		return nil, fileFault(file, "this is not a regular file", "")
	case info.Size() > MaxSize:
		return nil, fileFault(file, fmt.Sprintf("the file has %d bytes, more than the %d that are read", info.Size(), MaxSize),
			"split the recording into several cassettes")
	case info.Size() == 0:
		return nil, fileFault(file, "the file is empty", adviceTorn)
	}
	c, err := newReader(file, io.LimitReader(f, MaxSize), unsealed).read()
	var known *fault.Error
	var irregular irregularError
	switch {
	case err == nil, errors.As(err, &known):
		return c, err
	case errors.As(err, &irregular):
		return readIrregular(f, info.Size(), &anyReader{file: file, sound: irregular.line, unsealed: unsealed})
	}
	return nil, readFault(file, err)
}

// readIrregular reads the whole file, but not before it is known to end in a line
// break: the memory that yaml.v3 needs is not spent on a file that was cut. Up to the
// line, the file is in the regular shape.
func readIrregular(f *os.File, size int64, a *anyReader) (*Cassette, error) {
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil {
		return nil, readFault(a.file, err)
	}
	if last[0] != '\n' {
		e := tornError(a.file, 0, -1, "the file does not end in a line break")
		e.Hint = "it was probably cut short: restore it; if it is whole, end it with a line break"
		return nil, e
	}
	a.data = make([]byte, size)
	if _, err := f.ReadAt(a.data, 0); err != nil {
		return nil, readFault(a.file, err)
	}
	return a.read()
}

// RecordedTime is how long the answers of a cassette file took, all together, read without
// loading it: an estimate of what a use of it costs, the same for the same file, and 0 where
// the file does not say. Nothing is checked.
func RecordedTime(file string) time.Duration {
	f, err := plainfile.Open(file)
	if err != nil {
		return 0
	}
	defer f.Close()
	sums := map[int]time.Duration{} // by indentation: bodies lie deeper than the field
	least := 0
	in := bufio.NewReaderSize(f, 64<<10)
	for {
		line, err := in.ReadSlice('\n')
		if d, indent, ok := durationLine(line); ok {
			if least == 0 || indent < least {
				least = indent
			}
			sums[indent] += d
		}
		for err == bufio.ErrBufferFull { // the rest of a line that is none of ours
			_, err = in.ReadSlice('\n')
		}
		if err != nil {
			return sums[least]
		}
	}
}

// longestDuration bounds what one answer counts for, so that no sum overflows.
const longestDuration = 24 * time.Hour

// durationLine reads a line "      duration: 1.5s".
func durationLine(line []byte) (d time.Duration, indent int, ok bool) {
	field := bytes.TrimLeft(line, " ")
	value, ok := bytes.CutPrefix(field, []byte("duration: "))
	if !ok || len(field) == len(line) || len(value) > 40 {
		return 0, 0, false
	}
	d, err := time.ParseDuration(string(bytes.TrimSpace(value)))
	if err != nil {
		return 0, 0, false
	}
	return min(max(d, 0), longestDuration), len(line) - len(field), true
}

// Errors about a file name it, the line and the interaction, as far as they are
// known. None quotes more of a body than a few characters.

// The advice that more than one fault shares.
const (
	adviceTorn     = "the file was cut short: restore it from version control, or record it again"
	adviceTampered = "restore the file from version control, or record it again"
	adviceFormat   = "record it again, or convert it with a release of go-vcr that reads it"
)

// fileFault is a fault of the file as a whole.
func fileFault(file, message, advice string) *fault.Error {
	return fault.Load(file, 0, -1, message, advice)
}

// readFault is an error of the file system.
func readFault(file string, err error) error {
	e := fileFault(file, "reading failed", "")
	e.Cause = fault.Reason(err)
	return e
}

// tornError is a file that ends too early. A shorter cassette is never made of it.
func tornError(file string, line, interaction int, message string) *fault.Error {
	return fault.Load(file, line, interaction, message, adviceTorn)
}

// codeError is an answer whose status code is none.
func codeError(file string, line, interaction, code int) error {
	message := fmt.Sprintf("the response's code %d is no HTTP status code", code)
	if code == 0 {
		message = "the response has no code, or the code 0"
	}
	return fault.Load(file, line, interaction, message, "a status code is a number from 100 to 999")
}

func validCode(code int) bool { return code >= 100 && code <= 999 }

// bodyError is a body that is marked as indented JSON and cannot be read as that.
func bodyError(file string, bodyLine, interaction int, err error) error {
	var syntax *jsondoc.SyntaxError
	if errors.As(err, &syntax) {
		bodyLine += syntax.Line - 1
	}
	e := fault.Load(file, bodyLine, interaction, "the response body is marked as indented JSON and is not JSON",
		`correct the JSON, or remove "body: indented" so that the text is taken as it stands`)
	e.Cause = err
	return e
}
