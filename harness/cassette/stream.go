package cassette

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// parts are the interactions of a cassette that is being written. They are made by
// several goroutines at once and written in their order.
type parts struct {
	count int
	size  func(n int) int              // about how much memory one takes
	write func(n int, w *writer) error // what the file holds of it
}

// largePart is the size from which parts are made one at a time.
const largePart = 4 << 20

func partsOf(all []*Interaction) parts {
	return parts{
		count: len(all),
		size:  func(n int) int { return len(all[n].Request.Body) + len(all[n].Response.Body) },
		write: func(n int, w *writer) error { return w.loadable(n, all[n]) },
	}
}

// loadable writes an interaction that Load would not refuse.
func (w *writer) loadable(n int, i *Interaction) error {
	if !validCode(i.Response.Code) {
		return fmt.Errorf("interaction %d: the response's code %d is no HTTP status code", n, i.Response.Code)
	}
	w.interaction(n, i)
	return nil
}

// A lane makes every so-manieth part. It is one part ahead of what is written, so that
// memory holds a part for each lane, whatever the recording's size.
type lane struct {
	writer
	made chan error    // the part is in the writer
	free chan struct{} // the part was written
}

// stream writes a cassette through a buffer.
func stream(out io.Writer, meta *Meta, p parts) error {
	buffered := bufio.NewWriterSize(out, 256<<10)
	var opening writer
	opening.opening(meta, p.count)
	buffered.Write(opening.out.Bytes()) // an error sticks
	lanes := make([]*lane, min(p.count, 2*runtime.GOMAXPROCS(0)))
	over := make(chan struct{})
	var running sync.WaitGroup
	defer running.Wait()
	defer close(over)
	for n := range lanes {
		l := &lane{made: make(chan error), free: make(chan struct{})}
		lanes[n] = l
		running.Go(func() { l.run(p, n, len(lanes), over) })
	}
	for n := range p.count {
		l := lanes[n%len(lanes)]
		err := <-l.made
		if err == nil && p.size(n) >= largePart {
			err = l.make(p, n)
		}
		if err == nil {
			_, err = buffered.Write(l.out.Bytes())
		}
		if err != nil {
			return err
		}
		l.free <- struct{}{}
	}
	return buffered.Flush()
}

// run makes the parts of a lane but for large ones, until they are over.
func (l *lane) run(p parts, first, step int, over <-chan struct{}) {
	for n := first; n < p.count; n += step {
		var err error
		if p.size(n) < largePart {
			err = l.make(p, n)
		}
		select {
		case l.made <- err:
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

func (l *lane) make(p parts, n int) error {
	l.clear()
	return p.write(n, &l.writer)
}
