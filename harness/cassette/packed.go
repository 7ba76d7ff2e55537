package cassette

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unsafe"
)

// An Encoder writes interactions as they stand in a file, at once or in two steps. It is
// for one goroutine at a time.
type Encoder struct {
	w      writer
	block  []byte // scratch, of a body that is stored indented
	pieces []byte // scratch
}

const largeScratch = 4 << 20 // more memory than that is not kept for the next interaction

// Append appends the text of an interaction, in which its number is left out. What no file
// can hold is a *UnstorableError.
func (e *Encoder) Append(dst []byte, i *Interaction) ([]byte, error) {
	if err := i.Storable(); err != nil {
		return dst, err
	}
	p := e.split(e.pieces[:0], i)
	if cap(p.text) <= largeScratch {
		e.pieces = p.text
	}
	return e.assemble(dst, p, i.Response.Body), nil
}

// Pack appends an interaction in the form that Unpack and Decode read: what Append does,
// but for the answer's body, which is left as it is. That takes a fraction of the time and
// the room. What no file can hold is a *UnstorableError.
func (e *Encoder) Pack(dst []byte, i *Interaction) ([]byte, error) {
	if err := i.Storable(); err != nil {
		return dst, err
	}
	start := len(dst)
	p := e.split(append(dst, make([]byte, packedHead)...), i)
	head := p.text[start:]
	for n, end := range p.ends {
		binary.LittleEndian.PutUint32(head[4*n:], uint32(end-start))
	}
	binary.LittleEndian.PutUint64(head[packedHead-8:], uint64(p.length))
	return append(p.text, i.Response.Body...), nil
}

const packedHead = 4*4 + 8 // where each piece ends, and the length

// Unpack appends the text of a packed interaction, as Append does.
func (e *Encoder) Unpack(dst, packed []byte) ([]byte, error) {
	if len(packed) < packedHead {
		return dst, errPacked
	}
	p := pieces{text: packed, start: packedHead, length: int64(binary.LittleEndian.Uint64(packed[packedHead-8:]))}
	last := p.start
	for n := range p.ends {
		p.ends[n] = int(binary.LittleEndian.Uint32(packed[4*n:]))
		if p.ends[n] < last || p.ends[n] > len(packed) {
			return dst, errPacked
		}
		last = p.ends[n]
	}
	body := packed[last:]
	return e.assemble(dst, p, unsafe.String(unsafe.SliceData(body), len(body))), nil // nothing writes to it meanwhile
}

var errPacked = errors.New("it is not a packed interaction")

// Decode reads what Pack wrote.
func Decode(packed []byte) (*Interaction, error) {
	whole, err := new(Encoder).Unpack([]byte("version: 2\ninteractions:\n  - id: 0\n"), packed)
	if err != nil {
		return nil, err
	}
	r := newReader("", bytes.NewReader(whole), true)
	c, err := r.read()
	var irregular irregularError
	if errors.As(err, &irregular) {
		c, err = (&anyReader{data: whole, unsealed: true}).read()
	}
	if err != nil {
		return nil, err
	}
	if len(c.Interactions) != 1 {
		return nil, errors.New("it is not one interaction")
	}
	i := c.Interactions[0]
	i.Line, i.bodyLine, i.bodyLines = 0, 0, 0
	return i, nil
}

// pieces are the texts of an interaction between which stands what depends on how its
// answer's body is stored, one after the other from start: the notes of its mark, what
// precedes the answer's content length, what follows that, and what follows the body.
type pieces struct {
	text   []byte
	start  int
	ends   [4]int
	length int64 // the answer's content length
}

func (p *pieces) piece(n int) []byte {
	if n == 0 {
		return p.text[p.start:p.ends[0]]
	}
	return p.text[p.ends[n-1]:p.ends[n]]
}

// split appends the pieces of an interaction to dst.
func (e *Encoder) split(dst []byte, i *Interaction) pieces {
	w, p := &e.w, pieces{start: len(dst), length: i.Response.ContentLength}
	w.out = *bytes.NewBuffer(dst)
	if i.Principal != "" || len(i.Holes) > 0 {
		w.out.WriteString(notesOf(i))
	}
	p.ends[0] = w.out.Len()
	request := requestFields(&i.Request)
	before, behind := responseFields(&i.Response)
	w.line(ourLayout.keys, "request:")
	w.fields(request[:])
	w.line(ourLayout.keys, "response:")
	w.fields(before[:])
	p.ends[1] = w.out.Len()
	w.fields([]field{{"uncompressed", &i.Response.Uncompressed}})
	p.ends[2] = w.out.Len()
	w.fields(behind[:])
	p.ends[3] = w.out.Len()
	p.text = w.out.Bytes()
	w.out = bytes.Buffer{}
	return p
}

// assemble appends an interaction's lines, but for the first.
func (e *Encoder) assemble(dst []byte, p pieces, body string) []byte {
	w := &e.w
	w.out = *bytes.NewBuffer(dst)
	block, stored, indented := indent(e.block[:0], body, p.length)
	if e.block = block; cap(block) > largeScratch {
		e.block = nil
	}
	w.mark(p.piece(0), indented)
	w.out.Write(p.piece(1))
	length := p.length
	if indented && length == int64(len(body)) {
		length = stored
	}
	w.key(ourLayout.fields, "content_length: ")
	w.integer(length)
	w.out.Write(p.piece(2))
	w.key(ourLayout.fields, "body: ")
	if indented {
		w.line(0, "|-")
		w.key(blockIndent, "")
		w.out.Write(block)
		w.line(0, "")
	} else {
		w.text(body)
	}
	w.out.Write(p.piece(3))
	dst = w.out.Bytes()
	w.out = bytes.Buffer{}
	return dst
}
