package cassette

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// An Encoder writes interactions as they stand in a file, for SaveParts to copy. It is for
// one goroutine at a time.
type Encoder struct{ w writer }

const largeScratch = 4 << 20 // more memory than that is not kept for the next interaction

// Append appends the text of an interaction, in which its number is left out. What no file
// can hold is a *UnstorableError.
func (e *Encoder) Append(dst []byte, i *Interaction) ([]byte, error) {
	if err := i.Storable(); err != nil {
		return dst, err
	}
	e.w.out = *bytes.NewBuffer(dst)
	e.w.interaction(i)
	dst = e.w.out.Bytes()
	e.w.out = bytes.Buffer{}
	if cap(e.w.block) > largeScratch {
		e.w.block = nil
	}
	return dst, nil
}

// Decode reads what an Encoder wrote.
func Decode(text []byte) (*Interaction, error) {
	w := writer{}
	w.out.Grow(len(text) + 64)
	w.field(0, "version: ", "2")
	w.field(0, "interactions:", "")
	w.id(0)
	w.out.Write(text)
	whole := w.out.Bytes()
	r := reader{in: lines{source: bytes.NewReader(nil), window: whole, end: len(whole)}, unsealed: true}
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

// Parts are interactions as an Encoder wrote them, which memory need not hold all at once.
type Parts struct {
	Count, Holes int
	// Text is part n. Each is asked for once, in order, and is used up before the next.
	Text func(n int) ([]byte, error)
}

// Room is how many bytes of parts, with PartHead for each, a file has room for.
func (p Parts) Room(meta Meta) int {
	var w writer
	w.opening(&meta, p.Count, p.Holes)
	return MaxSize - w.out.Len()
}

// PartHead is more than the number of a part takes.
const PartHead = 32

// SaveParts is Cassette.Save for a cassette that is made part by part. Guarded says that
// somebody looked for secrets, as a guard does.
func SaveParts(file string, meta Meta, guarded bool, p Parts) error {
	if bad := meta.badTag(); bad != "" {
		return fmt.Errorf("save %s: %q is not a tag", file, meta.Tags[bad])
	}
	err := replace(file, guarded, func(out io.Writer) error { return stream(out, &meta, p, MaxSize) })
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// stream writes a cassette, of no more than so many bytes, through a buffer.
func stream(out io.Writer, meta *Meta, p Parts, limit int) error {
	buffered := bufio.NewWriterSize(out, 64<<10)
	var head writer
	head.opening(meta, p.Count, p.Holes)
	for n := range p.Count {
		text, err := p.Text(n)
		if err != nil {
			return fmt.Errorf("interaction %d: %w", n, err)
		}
		head.id(n)
		if limit -= head.out.Len() + len(text); limit < 0 {
			return fmt.Errorf("interaction %d: %w", n, unstorable("with it the file has more than the %d MB that are read", MaxSize>>20))
		}
		buffered.Write(head.out.Bytes()) // an error sticks
		buffered.Write(text)
		head.out.Reset()
	}
	buffered.Write(head.out.Bytes()) // of a file without interactions
	return buffered.Flush()
}

// A lane encodes every so-manieth interaction. It is one ahead of what is written.
type lane struct {
	Encoder
	text []byte
	err  error
	made chan struct{}
	free chan struct{} // the text was written
}

// encode encodes interactions in parallel, until stop is called.
func encode(all []*Interaction) (p Parts, stop func()) {
	lanes := make([]*lane, min(len(all), 2*runtime.GOMAXPROCS(0)))
	over := make(chan struct{})
	var running sync.WaitGroup
	for first := range lanes {
		l := &lane{made: make(chan struct{}), free: make(chan struct{})}
		lanes[first] = l
		running.Go(func() {
			for n := first; n < len(all); n += len(lanes) {
				if l.text, l.err = l.Append(l.text[:0], all[n]); !meets(l.made, over) || !meets(l.free, over) {
					return
				}
			}
		})
	}
	p = Parts{Count: len(all), Holes: holesOf(all), Text: func(n int) ([]byte, error) {
		if n > 0 {
			<-lanes[(n-1)%len(lanes)].free
		}
		l := lanes[n%len(lanes)]
		<-l.made
		return l.text, l.err
	}}
	return p, func() { close(over); running.Wait() }
}

// meets waits until the other side of a channel is there, or all is over.
func meets(c chan<- struct{}, over <-chan struct{}) bool {
	select {
	case c <- struct{}{}:
		return true
	case <-over:
		return false
	}
}
