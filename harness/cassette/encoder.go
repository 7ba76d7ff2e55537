package cassette

import "bytes"

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
	e.w.out = dst
	e.w.interaction(i, block, stored, indented)
	dst, e.w.out = e.w.out, nil
	if e.block = block; cap(block) > largeScratch {
		e.block = nil
	}
	return dst, nil
}

// Method is the method of the request in a text that Append made, or "".
func (*Encoder) Method(text []byte) string {
	_, rest, _ := bytes.Cut(text, []byte("\n      method: ")) // bodies lie deeper
	method, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(method)
}
