package cassette

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// parts are the interactions of a cassette that is being written.
type parts struct {
	count int
	// write writes what the file holds of a part. Parts are made by several goroutines at
	// once; one that takes much memory, or has to be made after those before it, is left
	// until it is its turn.
	write func(n int, w *writer, turn bool) (made bool, err error)
	// refuse says what becomes of the file where a part cannot be made: nil goes on without
	// the part. Nil lets no part be left out.
	refuse func(n int, err error) error
	limit  int64 // of the file's size
}

// largePart is the size from which parts are made one at a time.
const largePart = 4 << 20

func partsOf(all []*Interaction) parts {
	return parts{count: len(all), limit: MaxSize, write: func(n int, w *writer, turn bool) (bool, error) {
		i := all[n]
		if !turn && len(i.Request.Body)+len(i.Response.Body) >= largePart {
			return false, nil
		}
		return true, w.loadable(n, i)
	}}
}

// loadable writes an interaction that Load would not refuse.
func (w *writer) loadable(n int, i *Interaction) error {
	if err := i.Storable(); err != nil {
		return err
	}
	w.interaction(n, i)
	return nil
}

// A lane makes every so-manieth part. It is one part ahead of what is written, so that
// memory holds a part for each lane, whatever the recording's size.
type lane struct {
	writer
	tried chan attempt
	free  chan struct{} // the part was written
}

// attempt is what came of making a part: if it was made, it is in the lane's writer.
type attempt struct {
	made bool
	err  error
}

// stream writes a cassette through a buffer.
func stream(out io.Writer, meta *Meta, p parts) error {
	buffered := bufio.NewWriterSize(out, 256<<10)
	var opening writer
	opening.opening(meta, p.count)
	buffered.Write(opening.out.Bytes()) // an error sticks
	size := int64(opening.out.Len())
	lanes := make([]*lane, min(p.count, 2*runtime.GOMAXPROCS(0)))
	over := make(chan struct{})
	var running sync.WaitGroup
	defer running.Wait()
	defer close(over)
	for n := range lanes {
		l := &lane{tried: make(chan attempt), free: make(chan struct{})}
		lanes[n] = l
		running.Go(func() { l.run(p, n, len(lanes), over) })
	}
	for n := range p.count {
		l := lanes[n%len(lanes)]
		is := <-l.tried
		if is.err == nil && !is.made {
			is = l.try(p, n, true)
		}
		if is.err == nil && size+int64(l.out.Len()) > p.limit {
			is.err = unstorable("with it the file has more than the %d MB that are read", p.limit>>20)
		}
		switch {
		case is.err == nil:
			size += int64(l.out.Len())
			_, is.err = buffered.Write(l.out.Bytes())
		case p.refuse != nil:
			is.err = p.refuse(n, is.err)
		default:
			is.err = fmt.Errorf("interaction %d: %w", n, is.err)
		}
		if is.err != nil {
			return is.err
		}
		l.free <- struct{}{}
	}
	return buffered.Flush()
}

// run tries the parts of a lane until they are over.
func (l *lane) run(p parts, first, step int, over <-chan struct{}) {
	for n := first; n < p.count; n += step {
		select {
		case l.tried <- l.try(p, n, false):
		case <-over:
			return
		}
		select {
		case <-l.free:
		case <-over:
			return
		}
	}
}

func (l *lane) try(p parts, n int, turn bool) attempt {
	l.clear()
	made, err := p.write(n, &l.writer, turn)
	return attempt{made, err}
}
