package cassette

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Save writes the cassette to file, atomically: to a temporary file of mode 0600
// beside it, which replaces it by rename once it is complete. The folder is
// made if it is missing, and where file is a symbolic link, what it points to is
// replaced.
//
// The guard is asked before the first byte is written, so that nothing which it
// refuses ever reaches the disk; on that, or on any other error, the old file stays as it was.
// A file that a guard has let pass keeps its mode if it existed, else gets 0644. Without a guard
// (nil) nobody has looked for secrets, and the file gets 0600.
//
// Interactions are numbered by their position. The same cassette always gives
// the same bytes.
func (c *Cassette) Save(file string, guard Guard) error {
	if guard != nil {
		if err := guard(c); err != nil {
			return fmt.Errorf("save %s: %w", file, err)
		}
	}
	return partsOf(c.Interactions).Save(file, c.Meta, guard != nil)
}

// finalMode is the mode of a file that was saved.
func finalMode(file string, guarded bool) fs.FileMode {
	if !guarded {
		return 0o600
	}
	if info, err := os.Stat(file); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// Parts are the texts of interactions that need not all be in memory at once.
type Parts struct {
	Count, Holes int
	// Most is how many bytes the file may have, if that is less than MaxSize.
	Most int
	// Append appends the text of part n to dst, as an Encoder does. It is called in order.
	Append func(dst []byte, n int) ([]byte, error)

	head []byte // the text before the parts, where Room has made it
}

// Room is how many bytes the texts of parts may have, which are to be saved with the same meta.
func (p *Parts) Room(meta Meta) int {
	const id = 32 // more than the line of a number has
	p.head = opening(&meta, p.Count, p.Holes)
	return p.most() - len(p.head) - p.Count*id
}

func (p Parts) most() int {
	if p.Most == 0 {
		return MaxSize
	}
	return min(p.Most, MaxSize)
}

// Save is Cassette.Save for a cassette that is made part by part. Guarded says that somebody
// looked for secrets, as a guard does. Parts that no file has room for are a *UnstorableError.
func (p Parts) Save(file string, meta Meta, guarded bool) error {
	if bad := meta.badTag(); bad != "" {
		return fmt.Errorf("save %s: %q is not a tag", file, meta.Tags[bad])
	}
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = wire.Replace(file, finalMode(file, guarded), func(out io.Writer) error { return stream(out, &meta, p) })
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// runSize divides what is written at once, so that the system need not split a page.
const runSize = 128 << 10

// stream writes a cassette run by run.
func stream(out io.Writer, meta *Meta, p Parts) (err error) {
	head, room := p.head, p.most()
	if head == nil {
		head = opening(meta, p.Count, p.Holes)
	}
	text := append(make([]byte, 0, len(head)+2*runSize), head...)
	write := func(size int) error {
		if len(text) > room {
			return unstorable("the file has more than the %d MB that are read", p.most()>>20)
		}
		_, err := out.Write(text[:size])
		text, room = append(text[:0], text[size:]...), room-size
		return err
	}
	for n := range p.Count {
		text = append(strconv.AppendInt(append(text, "  - id: "...), int64(n), 10), '\n')
		if text, err = p.Append(text, n); err != nil {
			return fmt.Errorf("interaction %d: %w", n, err)
		}
		if len(text) >= runSize {
			if err := write(len(text) / runSize * runSize); err != nil {
				return err
			}
		}
	}
	return write(len(text))
}

// partsOf are the parts of a cassette that is in memory.
func partsOf(all []*Interaction) Parts {
	var e Encoder
	return Parts{
		Count: len(all), Holes: holesOf(all),
		Append: func(dst []byte, n int) ([]byte, error) { return e.Append(dst, all[n]) },
	}
}

// An Encoder writes interactions as they stand in a file. It is for one goroutine at a time.
type Encoder struct {
	w     writer
	block []byte // scratch, of a body that is stored indented
}

const largeScratch = 4 << 20 // more memory than that is not kept for the next interaction

// Append appends the lines of an interaction but for the first, which has its number. What no
// file can hold is a *UnstorableError.
func (e *Encoder) Append(dst []byte, i *Interaction) ([]byte, error) {
	if err := i.Storable(); err != nil {
		return dst, err
	}
	block, stored, indented := indent(e.block[:0], i.Response.Body, i.Response.ContentLength)
	size := i.size()
	if indented {
		size += len(block) - len(i.Response.Body)
	}
	e.w.out = slices.Grow(dst, size)
	e.w.interaction(i, block, stored, indented)
	dst, e.w.out = e.w.out, nil
	if e.block = block; cap(block) > largeScratch {
		e.block = nil
	}
	return dst, nil
}

// size is about what the lines of an interaction take, with its bodies as they are.
func (i *Interaction) size() int {
	size := 2<<10 + len(i.Request.Body) + len(i.Response.Body)
	for _, h := range i.Holes {
		size += 16 + len(h.Place)
	}
	return size
}

// Method is the method of the request in a text that Append made, or "".
func (*Encoder) Method(text []byte) string {
	_, rest, _ := bytes.Cut(text, []byte("\n      method: ")) // bodies lie deeper
	method, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(method)
}

// Storable reports why no file can hold an interaction in a way that Load reads and a
// replay can use: a *UnstorableError, or nil. Texts and bodies of any bytes can be held.
//
// A status code is one of 100 to 999: that is what net/http reads and writes, and go-vcr
// stores any number, though RFC 9110 (section 15) gives a meaning to those below 600 only.
func (i *Interaction) Storable() error {
	if code := i.Response.Code; !validCode(code) {
		return unstorable("the answer's status code %03d is none of HTTP's, which are 100 to 999", code)
	}
	if _, err := url.Parse(i.Request.URL); err != nil { // the error quotes it, and it may hold a secret
		return unstorable("the request's address cannot be read back")
	}
	for _, is := range [...]struct {
		what  string
		names int
	}{
		{"request's headers", len(i.Request.Headers)}, {"request's trailers", len(i.Request.Trailer)}, {"request's form", len(i.Request.Form)},
		{"answer's headers", len(i.Response.Headers)}, {"answer's trailers", len(i.Response.Trailer)},
	} {
		if is.names > maxKeys {
			return unstorable("the %s are %d, more than the %d that are read", is.what, is.names, maxKeys)
		}
	}
	for _, h := range i.Holes {
		if !h.valid() {
			return unstorable("the request has a hole of kind %q at %q", h.Kind, h.Place)
		}
	}
	return nil
}

// UnstorableError is why an interaction is in no cassette. It costs that interaction
// alone: what else a recording holds is stored. It quotes no value.
type UnstorableError struct{ Message string }

func (e *UnstorableError) Error() string { return e.Message }

func unstorable(format string, args ...any) error {
	return &UnstorableError{fmt.Sprintf(format, args...)}
}
