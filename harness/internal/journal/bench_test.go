package journal

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// BenchmarkEnd ends recordings, which makes the cassette and removes the journal, and prints
// that as a share of copying the cassette (x-copy). Both are equally safe, by wire.Replace: a
// new file is written, synced and renamed, and so is its folder synced. What is compared is
// where the text comes from: a file that is read, or a journal. Each comes first in its turn,
// for the first to write has to find memory.
func BenchmarkEnd(b *testing.B) {
	for _, size := range []struct{ count, body int }{{1_000, 2 << 10}, {10_000, 2 << 10}, {1_000, 100 << 10}} {
		b.Run(fmt.Sprintf("%dx%dKB", size.count, size.body>>10), func(b *testing.B) {
			var ended, copied time.Duration
			turns := 0
			for b.Loop() {
				j, file := recorded(b, size.count, size.body)
				fresh := func(file string, took *time.Duration, make func(file string) error) func() {
					return func() {
						began := time.Now()
						if err := make(file); err != nil {
							b.Fatal(err)
						}
						*took += time.Since(began)
						os.Remove(file)
					}
				}
				end := func(file string) error { _, err := j.Save(file, sealedMeta, Saving{Clean: true}); return err }
				if err := end(file); err != nil {
					b.Fatal(err)
				}
				one := fresh(file+".saved", &ended, end)
				other := fresh(file+".copied", &copied, func(to string) error { return copyOf(to, file) })
				if turns++; turns%2 == 0 {
					one, other = other, one
				}
				one()
				other()
				fresh("", &ended, func(string) error { return j.Remove() })()
				os.Remove(file)
			}
			b.ReportMetric(float64(ended)/float64(copied), "x-copy")
			b.ReportMetric(ended.Seconds()*1e3/float64(turns), "ms/end")
			b.ReportMetric(0, "ns/op")
		})
	}
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
	return wire.Replace(to, 0o644, func(out io.Writer) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 128<<10))
		return err
	})
}
