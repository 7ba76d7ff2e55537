package journal

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// BenchmarkEnd ends recordings, which makes the cassette and removes the journal, and prints
// that as a share of copying the cassette (x-copy) as safely: a temporary file is written,
// synced and renamed, and so is its folder synced. The journal is on the disk by then, as that
// of a long recording is. Each comes first in its turn, for the first to write has to find
// memory, and the least of the turns counts.
func BenchmarkEnd(b *testing.B) {
	for _, size := range []struct{ count, body int }{{1_000, 2 << 10}, {10_000, 2 << 10}, {1_000, 100 << 10}} {
		b.Run(fmt.Sprintf("%dx%dKB", size.count, size.body>>10), func(b *testing.B) {
			ended, copied := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			turns := 0
			for b.Loop() {
				j, file := recorded(b, size.count, size.body)
				if err := j.file.Sync(); err != nil {
					b.Fatal(err)
				}
				save := func(file string) error { _, err := j.Save(file, sealedMeta, Saving{Clean: true}); return err }
				if err := save(file); err != nil {
					b.Fatal(err)
				}
				var end, copying time.Duration
				one := func() { end = timed(b, func() error { return save(file + ".saved") }) }
				other := func() { copying = timed(b, func() error { return copyOf(file+".copied", file) }) }
				if turns++; turns%2 == 0 {
					one, other = other, one
				}
				one()
				other()
				end += timed(b, j.Remove)
				ended, copied = min(ended, end), min(copied, copying)
				for _, made := range []string{file, file + ".saved", file + ".copied"} {
					os.Remove(made)
				}
			}
			b.ReportMetric(float64(ended)/float64(copied), "x-copy")
			b.ReportMetric(ended.Seconds()*1e3, "ms/end")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func timed(b *testing.B, do func() error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

var sealedMeta = cassette.Meta{Origin: cassette.Recorded, Redaction: cassette.Redaction{Salt: "0123456789ab", Tags: map[string]string{"Name 1 qzkw": "1a2b3"}}}

// recorded is a journal of so many interactions of so many bytes.
func recorded(b *testing.B, count, size int) (*Journal, string) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "x.yaml")
	j, err := Create(file)
	if err != nil {
		b.Fatal(err)
	}
	for n := range count {
		if err := j.Append(n, NoRetry, sealed(n, size), nil); err != nil {
			b.Fatal(err)
		}
	}
	return j, file
}

// sealed is a request with a hole, answered by a list of about so many bytes.
func sealed(n, size int) *cassette.Interaction {
	var body strings.Builder
	body.WriteString(`{"value":[`)
	for k := 0; body.Len() < size; k++ {
		fmt.Fprintf(&body, `{"id":"%08x-e32e-41a1-b7bd-%012x","displayName":"Name %d qzkw","mail":null},`, n, k, k)
	}
	body.WriteString(`{}]}`)
	i := sample(n, "")
	i.Request.Method, i.Response.Body, i.Response.ContentLength = "GET", body.String(), int64(body.Len())
	i.Holes = []cassette.Hole{{Place: "query.$filter#0", Kind: cassette.HoleName}}
	return i
}

// copyOf copies as a program does that has no help of the kernel, as safely as Save writes.
func copyOf(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), "copy")
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 128<<10))
	if err := errors.Join(err, out.Sync(), out.Close(), os.Rename(out.Name(), to)); err != nil {
		return err
	}
	wire.SyncFolder(filepath.Dir(to))
	return nil
}
