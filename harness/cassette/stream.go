package cassette

import (
	"bufio"
	"fmt"
	"iter"
	"os"
)

// SaveAll is Save for interactions that come one by one, so that a recording of any
// size takes the memory of one. The count is how many there are. The guard looks at
// each interaction, in a cassette of its own, before it is written.
func SaveAll(file string, meta Meta, count int, all iter.Seq[*Interaction], guard Guard) error {
	err := replace(file, guard != nil, func(f *os.File) error {
		w := &writer{out: bufio.NewWriterSize(f, 64<<10)}
		w.opening(&meta, count)
		n := 0
		for i := range all {
			if guard != nil {
				if err := guard(&Cassette{File: file, Meta: meta, Interactions: []*Interaction{i}}); err != nil {
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
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// SaveJournal makes the cassette file of a journal: in the order of the requests,
// without those that drop names. Each interaction passes through polish, which may
// be nil, before the guard sees it. The journal stays: remove it once this succeeded.
func (j *Journal) SaveJournal(file string, meta Meta, drop map[int]bool, polish func(*Interaction), guard Guard) error {
	var fault error
	count := 0
	j.mu.Lock()
	for _, r := range j.records {
		if !drop[r.order] {
			count++
		}
	}
	j.mu.Unlock()
	err := SaveAll(file, meta, count, func(yield func(*Interaction) bool) {
		for order, i := range j.each(&fault) {
			if drop[order] {
				continue
			}
			if polish != nil {
				polish(i)
			}
			if !yield(i) {
				return
			}
		}
	}, guard)
	if fault != nil {
		return fmt.Errorf("save %s: %w", file, fault)
	}
	return err
}
