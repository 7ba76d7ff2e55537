package cassette

import (
	"bufio"
	"fmt"
	"io"
	"iter"
)

// SaveAll is Save for interactions that come one by one, so that a recording of any
// size takes the memory of one. The count is how many there are. The guard looks at
// the Meta alone and then at each interaction, in a cassette of its own, before it is
// written.
func SaveAll(file string, meta Meta, count int, all iter.Seq[*Interaction], guard Guard) error {
	var check func(...*Interaction) error
	if guard != nil {
		check = func(some ...*Interaction) error {
			return guard(&Cassette{File: file, Meta: meta, Interactions: some})
		}
	}
	err := replace(file, guard != nil, func(out io.Writer) error {
		return stream(out, &meta, count, all, check)
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// stream writes a cassette through a buffer. What check refuses is not written, nor what
// comes after; nil refuses nothing.
func stream(out io.Writer, meta *Meta, count int, all iter.Seq[*Interaction], check func(...*Interaction) error) error {
	w := &writer{out: bufio.NewWriterSize(out, 64<<10)}
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	w.opening(meta, count)
	n := 0
	for i := range all {
		if check != nil {
			if err := check(i); err != nil {
				return fmt.Errorf("interaction %d: %w", n, err)
			}
		}
		w.interaction(n, i)
		n++
	}
	if n != count {
		return fmt.Errorf("%d interactions of %d", n, count)
	}
	return w.out.Flush()
}
