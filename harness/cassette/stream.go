package cassette

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Parts are the texts of interactions that need not all be in memory at once.
type Parts struct {
	Count, Holes int
	// Most is how many bytes the file may have, if that is less than MaxSize.
	Most int
	// Append appends the text of part n to dst, as an Encoder does. It is called in order.
	Append func(dst []byte, n int) ([]byte, error)

	head []byte // the text before the parts, where Room has made it
}

// Room is how many bytes the texts of parts may have, which are to be saved with the same meta.
func (p *Parts) Room(meta Meta) int {
	const id = 32 // more than the line of a number has
	p.head = opening(&meta, p.Count, p.Holes)
	return p.most() - len(p.head) - p.Count*id
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
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = wire.Replace(file, finalMode(file, guarded), func(out io.Writer) error { return stream(out, &meta, p) })
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

// runSize divides what is written at once, so that the system need not split a page.
const runSize = 128 << 10

// stream writes a cassette run by run.
func stream(out io.Writer, meta *Meta, p Parts) (err error) {
	head, room := p.head, p.most()
	if head == nil {
		head = opening(meta, p.Count, p.Holes)
	}
	text := append(make([]byte, 0, len(head)+2*runSize), head...)
	write := func(size int) error {
		if len(text) > room {
			return unstorable("the file has more than the %d MB that are read", p.most()>>20)
		}
		_, err := out.Write(text[:size])
		text, room = append(text[:0], text[size:]...), room-size
		return err
	}
	for n := range p.Count {
		text = append(strconv.AppendInt(append(text, "  - id: "...), int64(n), 10), '\n')
		if text, err = p.Append(text, n); err != nil {
			return fmt.Errorf("interaction %d: %w", n, err)
		}
		if len(text) >= runSize {
			if err := write(len(text) / runSize * runSize); err != nil {
				return err
			}
		}
	}
	return write(len(text))
}

// partsOf are the parts of a cassette that is in memory.
func partsOf(all []*Interaction) Parts {
	var e Encoder
	return Parts{
		Count: len(all), Holes: holesOf(all),
		Append: func(dst []byte, n int) ([]byte, error) { return e.Append(dst, all[n]) },
	}
}
