package cassette

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// Parts are the interactions of a cassette that memory need not hold all at once.
type Parts struct {
	Count int
	// Size is about how many bytes part n takes; large ones are made one at a time.
	Size func(n int) int
	// Make hands part n to write, which keeps nothing of it. Parts are made by several
	// goroutines at once. One that has to be made after those before it is not handed
	// over until turn is true.
	Make func(n int, turn bool, write func(*Interaction) error) error
	// Refuse says what becomes of the file where a part cannot be made: nil goes on
	// without the part. Where Refuse is nil, no part may be left out.
	Refuse func(n int, err error) error
	// Done has the last word, before the file is replaced; it may be nil.
	Done func() error
}

// SaveParts is Cassette.Save for a cassette that is made part by part. Guarded says that
// somebody looks for secrets, as a guard does.
func SaveParts(file string, meta Meta, guarded bool, p Parts) error {
	err := replace(file, guarded, func(out io.Writer) error {
		if err := stream(out, &meta, p, MaxSize); err != nil || p.Done == nil {
			return err
		}
		return p.Done()
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// largePart is the size from which parts are made one at a time.
const largePart = 4 << 20

func partsOf(all []*Interaction) Parts {
	return Parts{
		Count: len(all),
		Size:  func(n int) int { return len(all[n].Request.Body) + len(all[n].Response.Body) },
		Make:  func(n int, _ bool, write func(*Interaction) error) error { return write(all[n]) },
	}
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

// stream writes a cassette, of no more than so many bytes, through a buffer.
func stream(out io.Writer, meta *Meta, p Parts, limit int64) error {
	buffered := bufio.NewWriterSize(out, 256<<10)
	var opening writer
	opening.opening(meta, p.Count)
	buffered.Write(opening.out.Bytes()) // an error sticks
	size := int64(opening.out.Len())
	lanes := make([]*lane, min(p.Count, 2*runtime.GOMAXPROCS(0)))
	over := make(chan struct{})
	var running sync.WaitGroup
	defer running.Wait()
	defer close(over)
	for n := range lanes {
		l := &lane{tried: make(chan attempt), free: make(chan struct{})}
		lanes[n] = l
		running.Go(func() { l.run(p, n, len(lanes), over) })
	}
	for n := range p.Count {
		l := lanes[n%len(lanes)]
		is := <-l.tried
		if is.err == nil && !is.made {
			is = l.try(p, n, true)
		}
		if is.err == nil && size+int64(l.out.Len()) > limit {
			is.err = unstorable("with it the file has more than the %d MB that are read", limit>>20)
		}
		switch {
		case is.err == nil:
			size += int64(l.out.Len())
			_, is.err = buffered.Write(l.out.Bytes())
		case p.Refuse != nil:
			is.err = p.Refuse(n, is.err)
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
func (l *lane) run(p Parts, first, step int, over <-chan struct{}) {
	for n := first; n < p.Count; n += step {
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

func (l *lane) try(p Parts, n int, turn bool) attempt {
	l.clear()
	if !turn && p.Size(n) >= largePart {
		return attempt{}
	}
	made := false
	err := p.Make(n, turn, func(i *Interaction) error {
		made = true
		return l.loadable(n, i)
	})
	if err == nil && turn && !made {
		err = fmt.Errorf("nobody made it")
	}
	return attempt{made, err}
}
