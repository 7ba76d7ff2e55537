package drift

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// blobs reads what git holds through one process.
type blobs struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (r repository) blobs(ctx context.Context) (*blobs, error) {
	cmd := r.command(ctx, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	return &blobs{cmd, in, bufio.NewReader(out)}, nil
}

func (b *blobs) close() error { return errors.Join(b.in.Close(), b.cmd.Wait()) }

// read is the text of a blob, which is called name in messages.
func (b *blobs) read(blob, name string) ([]byte, error) {
	if _, err := fmt.Fprintln(b.in, blob); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	head, err := b.out.ReadString('\n') // "<object> <type> <size>", or why there is none
	if err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	fields := strings.Fields(head)
	var size int64
	if len(fields) == 3 {
		size, err = strconv.ParseInt(fields[2], 10, 64)
	}
	if len(fields) != 3 || err != nil {
		return nil, fmt.Errorf("read %s from git: %s", name, strings.TrimSpace(head))
	}
	if kind := fields[1]; kind != "blob" || size > cassette.MaxSize {
		if _, err := io.CopyN(io.Discard, b.out, size+1); err != nil { // the next answer is behind it
			return nil, fmt.Errorf("read %s from git: %w", name, err)
		}
		if kind != "blob" {
			return nil, fmt.Errorf("read %s from git: it is a %s", name, kind)
		}
		return nil, fmt.Errorf("read %s from git: %d bytes are too many", name, size)
	}
	data := make([]byte, size+1) // and a line break
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	return data[:size], nil
}

// mostKept bounds the documents that are kept because they come again, by their texts.
const mostKept = 64 << 20

// reader makes documents of blobs, each once: one that comes again is kept until then.
type reader[T any] struct {
	blobs *blobs
	parse func(name string, text []byte) (T, error)
	named func(doc T, name string) T // the document under another name
	more  map[string]int             // how often a blob will be asked for again
	kept  map[string]keptDocument[T]
	size  int // of the texts of what is kept
}

type keptDocument[T any] struct {
	doc  T
	size int
}

func newReader[T any](b *blobs, versions []version, parse func(name string, text []byte) (T, error), named func(doc T, name string) T) *reader[T] {
	r := &reader[T]{blobs: b, parse: parse, named: named, more: map[string]int{}, kept: map[string]keptDocument[T]{}}
	for _, v := range versions {
		r.more[v.blob]++
	}
	return r
}

// load is the document of a blob, which is called name in messages.
func (r *reader[T]) load(blob, name string) (T, error) {
	k, known := r.kept[blob]
	if known {
		delete(r.kept, blob)
		r.size -= k.size
	} else {
		text, err := r.blobs.read(blob, name)
		if err == nil {
			k.size = len(text)
			k.doc, err = r.parse(name, text)
		}
		if err != nil {
			return k.doc, err
		}
	}
	if r.more[blob]--; r.more[blob] > 0 && r.size+k.size <= mostKept {
		r.kept[blob] = k
		r.size += k.size
	}
	return r.named(k.doc, name), nil
}
