package cassette_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// usersPage is the answer to a list of users, of about so many bytes, with the
// apostrophes that names have.
func usersPage(n, size int) string {
	var b strings.Builder
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[`)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%08x-0000-4000-8000-%012x","displayName":"Adele O'Vance %d","accountEnabled":true,"mail":null}`, n, i, i)
	}
	return b.String() + "]}"
}

func recording(count, size int) *cassette.Cassette {
	c := &cassette.Cassette{Meta: cassette.Meta{Origin: cassette.Recorded}}
	for n := range count {
		body := usersPage(n, size)
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			ID: n,
			Request: cassette.Request{
				Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "graph.microsoft.com", Method: "GET",
				URL:     fmt.Sprintf("https://graph.microsoft.com/v1.0/users/%08x-0000-4000-8000-000000000000/directReports?$select=id,displayName", n),
				Headers: http.Header{"Accept": {"application/json"}, "Client-Request-Id": {fmt.Sprintf("%08x-1111-4000-8000-000000000000", n)}},
			},
			Response: cassette.Response{
				Proto: "HTTP/2.0", ProtoMajor: 2, ContentLength: int64(len(body)), Body: body, Status: "200 OK", Code: 200, Duration: 123456789,
				Headers: http.Header{
					"Cache-Control": {"no-cache"}, "Odata-Version": {"4.0"}, "X-Ms-Resource-Unit": {"1"},
					"Content-Type":              {"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
					"Date":                      {"Sat, 07 May 2022 06:53:33 GMT"},
					"Request-Id":                {fmt.Sprintf("%08x-2222-4000-8000-000000000000", n)},
					"Client-Request-Id":         {fmt.Sprintf("%08x-1111-4000-8000-000000000000", n)},
					"Strict-Transport-Security": {"max-age=31536000"},
					"X-Ms-Ags-Diagnostic":       {`{"ServerInfo":{"DataCenter":"Southeast Asia","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"SI2PEPF00000BCE"}}`},
				},
			},
		})
	}
	return c
}

// BenchmarkLoad loads cassettes of 10,000 interactions of 1.3 KB and of 1,000 of
// 100 KB, as stock go-vcr writes them and as we do, and prints our time and peak
// memory, the index of keys included, as shares of stock go-vcr's for the same file (x-stock-time,
// x-stock-peak). Peaks are those of child processes that load once.
func BenchmarkLoad(b *testing.B) {
	for _, size := range []struct {
		name        string
		count, body int
	}{{"10000x1.3KB", 10_000, 1300}, {"1000x100KB", 1000, 100_000}} {
		c := recording(size.count, size.body)
		dir := b.TempDir()
		stock := govcr.New(filepath.Join(dir, "govcr"))
		for _, i := range c.Interactions {
			stock.AddInteraction(&govcr.Interaction{Request: i.Request, Response: i.Response})
		}
		if err := stock.Save(); err != nil {
			b.Fatal(err)
		}
		if err := c.Save(filepath.Join(dir, "ours.yaml"), nil); err != nil {
			b.Fatal(err)
		}
		c, stock = nil, nil
		for _, written := range []string{"govcr", "ours"} {
			b.Run(size.name+"/"+written, func(b *testing.B) { benchmarkLoad(b, filepath.Join(dir, written)) })
		}
	}
}

func benchmarkLoad(b *testing.B, name string) {
	info, err := os.Stat(name + ".yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	var ours, stock, bare time.Duration
	for b.Loop() {
		ours += timed(b, func() error { return loadAndIndex(name) })
		b.StopTimer()
		stock += timed(b, func() error { _, err := govcr.Load(name); return err })
		bare += timed(b, func() error { _, err := os.ReadFile(name + ".yaml"); return err })
		b.StartTimer()
	}
	b.ReportMetric(float64(ours)/float64(stock), "x-stock-time")
	b.ReportMetric(float64(bare)/float64(stock), "x-stock-time-of-reading")
	b.ReportMetric(float64(peak(b, "ours", name))/float64(peak(b, "stock", name)), "x-stock-peak")
}

func loadAndIndex(name string) error {
	c, err := cassette.Load(name + ".yaml")
	if err != nil {
		return err
	}
	_, err = match.NewIndex(match.Rules{}, c)
	return err
}

func timed(b *testing.B, do func() error) time.Duration {
	b.Helper()
	runtime.GC()
	start := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// peak is the greatest resident memory, in KB, of a process that loads a cassette.
func peak(b *testing.B, who, name string) int64 {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestLoadAlone$")
	cmd.Env = append(os.Environ(), "GRAPHVCR_LOAD_ALONE="+who, "GRAPHVCR_LOAD_NAME="+name)
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	_, text, _ := strings.Cut(string(out), "peak ")
	text, _, _ = strings.Cut(text, " ")
	kb, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		b.Skipf("skipped: this system does not tell a process's peak memory: %s", out)
	}
	return kb
}

// TestLoadAlone is the child process of peak.
func TestLoadAlone(t *testing.T) {
	name := os.Getenv("GRAPHVCR_LOAD_NAME")
	var err error
	switch os.Getenv("GRAPHVCR_LOAD_ALONE") {
	case "ours":
		err = loadAndIndex(name)
	case "stock":
		_, err = govcr.Load(name)
	default:
		t.Skip("skipped: only run as a child of the benchmark")
	}
	if err != nil {
		t.Fatal(err)
	}
	status, _ := os.ReadFile("/proc/self/status")
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Printf("peak %s kB\n", strings.TrimSpace(strings.TrimSuffix(strings.SplitN(text, "\n", 2)[0], "kB")))
}
