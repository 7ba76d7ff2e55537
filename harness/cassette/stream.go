package cassette

import (
	"bufio"
	"fmt"
	"io"
	"iter"
)

// SaveAll is Save for interactions that come one by one, so that a recording of any
// size takes the memory of a few. The count is how many there are. The guard looks at
// the Meta alone and then at each interaction, in a cassette of its own, before it is
// written; meanwhile the one before is being written, and the next may come.
func SaveAll(file string, meta Meta, count int, all iter.Seq[*Interaction], guard Guard) error {
	var refused error
	if guard != nil {
		check := func(some ...*Interaction) error {
			return guard(&Cassette{File: file, Meta: meta, Interactions: some})
		}
		if err := check(); err != nil {
			return fmt.Errorf("save %s: %w", file, err)
		}
		all = ahead(checked(all, check, &refused))
	}
	err := replace(file, guard != nil, func(out io.Writer) error {
		err := stream(out, &meta, count, all)
		if refused != nil {
			return refused
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// checked ends before the first interaction that is refused.
func checked(all iter.Seq[*Interaction], check func(...*Interaction) error, refused *error) iter.Seq[*Interaction] {
	return func(yield func(*Interaction) bool) {
		n := 0
		for i := range all {
			if err := check(i); err != nil {
				*refused = fmt.Errorf("interaction %d: %w", n, err)
				return
			}
			if !yield(i) {
				return
			}
			n++
		}
	}
}

// ahead makes the next interactions while the one before is in use. It has ended, and
// what it made is visible, when its loop ends.
func ahead(all iter.Seq[*Interaction]) iter.Seq[*Interaction] {
	return func(yield func(*Interaction) bool) {
		made, enough := make(chan *Interaction, 1), make(chan struct{})
		go func() {
			defer close(made)
			for i := range all {
				select {
				case made <- i:
				case <-enough:
					return
				}
			}
		}()
		defer func() {
			close(enough)
			for range made {
			}
		}()
		for i := range made {
			if !yield(i) {
				return
			}
		}
	}
}

// stream writes a cassette through a buffer.
func stream(out io.Writer, meta *Meta, count int, all iter.Seq[*Interaction]) error {
	w := &writer{out: bufio.NewWriterSize(out, 64<<10)}
	w.opening(meta, count)
	n := 0
	for i := range all {
		if !validCode(i.Response.Code) { // Load would refuse it
			return fmt.Errorf("interaction %d: the response's code %d is no HTTP status code", n, i.Response.Code)
		}
		w.interaction(n, i)
		n++
	}
	if n != count {
		return fmt.Errorf("%d interactions of %d", n, count)
	}
	return w.out.Flush()
}
