package cassette

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
)

// Parts are interactions that need not all be in memory at once.
type Parts struct {
	Count, Holes int
	// Most is how many bytes the file may have, if that is less than MaxSize.
	Most int
	// Size is about how many bytes part n has.
	Size func(n int) int
	// Lane makes a function that appends the text of part n to dst, as an Encoder does. It
	// is for one goroutine, and several work side by side.
	Lane func() func(dst []byte, n int) ([]byte, error)
}

// Room is how many bytes the texts of parts may have.
func (p Parts) Room(meta Meta) int {
	const id = 32 // more than the line of a number has
	return p.most() - len(opening(&meta, p.Count, p.Holes)) - p.Count*id
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
	err := replace(file, guarded, func(out io.Writer) error { return stream(out, &meta, p) })
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// stream writes a cassette.
func stream(out io.Writer, meta *Meta, p Parts) (err error) {
	room := p.most()
	write := func(text []byte) bool {
		if room -= len(text); room < 0 {
			err = unstorable("the file has more than the %d MB that are read", p.most()>>20)
		} else {
			_, err = out.Write(text)
		}
		return err == nil
	}
	if !write(opening(meta, p.Count, p.Holes)) {
		return err
	}
	p.each(func(text []byte, failed error) bool {
		if failed != nil {
			err = failed
			return false
		}
		return write(text)
	})
	return err
}

// A lane makes one run of parts in so many as there are lanes. It is one ahead of what is written.
type lane struct {
	text []byte
	err  error
	made chan struct{}
	free chan struct{} // the text was written
}

// each yields the text of all parts in order, some at a time, with the line that each begins
// with. They are made side by side.
func (p Parts) each(yield func(text []byte, err error) bool) {
	starts := p.runs()
	lanes := make([]*lane, min(len(starts)-1, 2*runtime.GOMAXPROCS(0)))
	over := make(chan struct{})
	var running sync.WaitGroup
	defer running.Wait()
	defer close(over)
	for first := range lanes {
		l := &lane{made: make(chan struct{}), free: make(chan struct{})}
		lanes[first] = l
		running.Go(func() {
			text := p.Lane()
			for r := first; r < len(starts)-1; r += len(lanes) {
				if l.fill(text, starts[r], starts[r+1]); !meets(l.made, over) || !meets(l.free, over) {
					return
				}
			}
		})
	}
	for r := range len(starts) - 1 {
		l := lanes[r%len(lanes)]
		<-l.made
		if !yield(l.text, l.err) {
			return
		}
		<-l.free
	}
}

const runSize = 128 << 10 // of parts that are made by one goroutine, one after the other

// runs are where runs of parts begin, and where the last ends.
func (p Parts) runs() []int {
	starts := []int{0}
	for n, size := 0, 0; n < p.Count; n++ {
		if size += p.Size(n); size >= runSize || n == p.Count-1 {
			starts, size = append(starts, n+1), 0
		}
	}
	return starts
}

// fill makes the texts of some parts.
func (l *lane) fill(text func([]byte, int) ([]byte, error), from, to int) {
	l.text, l.err = l.text[:0], nil
	for n := from; n < to && l.err == nil; n++ {
		l.text = append(strconv.AppendInt(append(l.text, "  - id: "...), int64(n), 10), '\n')
		if l.text, l.err = text(l.text, n); l.err != nil {
			l.err = fmt.Errorf("interaction %d: %w", n, l.err)
		}
	}
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

// partsOf are the parts of a cassette that is in memory.
func partsOf(all []*Interaction) Parts {
	return Parts{
		Count: len(all), Holes: holesOf(all),
		Size: func(n int) int { return len(all[n].Request.Body) + len(all[n].Response.Body) + 1<<10 },
		Lane: func() func([]byte, int) ([]byte, error) {
			var e Encoder
			return func(dst []byte, n int) ([]byte, error) { return e.Append(dst, all[n]) }
		},
	}
}
