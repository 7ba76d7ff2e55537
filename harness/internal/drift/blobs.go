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

// mostKept bounds the texts that are kept because they come again.
const mostKept = 64 << 20

// reader reads the texts of versions, each once: one that comes again is kept until then.
type reader struct {
	blobs *blobs
	more  map[string]int // how often a blob will be asked for
	kept  map[string][]byte
	size  int // of what is kept
}

func newReader(b *blobs, versions []version) *reader {
	r := &reader{blobs: b, more: map[string]int{}, kept: map[string][]byte{}}
	for _, v := range versions {
		r.more[v.blob]++
	}
	return r
}

// read is the text of a blob, which is called name in messages.
func (r *reader) read(blob, name string) (text []byte, err error) {
	text, known := r.kept[blob]
	if !known {
		text, err = r.blobs.read(blob, name)
	} else if r.more[blob] == 1 {
		r.size -= len(text)
		delete(r.kept, blob)
	}
	if r.more[blob]--; !known && r.more[blob] > 0 && r.size+len(text) <= mostKept {
		r.size += len(text)
		r.kept[blob] = text
	}
	return text, err
}
