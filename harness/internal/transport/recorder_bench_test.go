package transport_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// appender is the least that a recorder does: it appends each exchange to a file.
type appender struct {
	base http.RoundTripper
	mu   sync.Mutex
	file *os.File
}

func (f *appender) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := f.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var record bytes.Buffer
	fmt.Fprintln(&record, req.Method, req.URL)
	req.Header.Write(&record)
	resp.Header.Write(&record)
	record.Write(body)
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err = f.file.Write(record.Bytes())
	return resp, err
}

// A contender is a way to carry requests; done ends it, which makes the file, if any.
type contender struct {
	name  string
	begin func(b *testing.B, base http.RoundTripper) (carrier http.RoundTripper, file string, done func() error)
}

var contenders = [...]contender{
	{"bare", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, string, func() error) {
		return base, "", func() error { return nil }
	}},
	{"floor", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, string, func() error) {
		file, err := os.Create(filepath.Join(b.TempDir(), "floor"))
		if err != nil {
			b.Fatal(err)
		}
		return &appender{base: base, file: file}, "", file.Close
	}},
	{"ours", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, string, func() error) {
		r, file := recording(b, transport.RecorderOptions{Base: base})
		return r, file, func() error { return saveAs(r, file, journal.Saving{}) }
	}},
	{"with-rules", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, string, func() error) {
		return redacting(b, base)
	}},
	{"go-vcr", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, string, func() error) {
		name := filepath.Join(b.TempDir(), "stock")
		stock, err := recorder.NewWithOptions(&recorder.Options{CassetteName: name, Mode: recorder.ModeRecordOnly, RealTransport: base})
		if err != nil {
			b.Fatal(err)
		}
		return stock, name + ".yaml", stock.Stop
	}},
}

// redacting is our recorder with the default rules.
func redacting(t testing.TB, base http.RoundTripper) (carrier http.RoundTripper, file string, done func() error) {
	t.Helper()
	red, err := redact.New(redact.Rules{}, redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, file := recording(t, transport.RecorderOptions{Base: base, Redact: func(i *cassette.Interaction) (*cassette.Interaction, []byte) {
		stored, _ := red.Record(i)
		return stored, nil
	}})
	return r, file, func() error { return saveAs(r, file, journal.Saving{Clean: true}) }
}

// page is the answer to a list of users, of about so many bytes. The first twenty users
// are on no other page.
func page(n, size int) string {
	var body strings.Builder
	body.WriteString(`{"value":[`)
	for k := 0; body.Len() < size; k++ {
		if k == 20 {
			n = 0
		}
		fmt.Fprintf(&body, `{"id":"%08x-e32e-41a1-b7bd-%012x","displayName":"Adele Vance","mail":null},`, n, k)
	}
	body.WriteString(`{}]}`)
	return body.String()
}

// BenchmarkRecord records answers of 2 KB and 100 KB from loopback for 16 clients, each
// contender in turn, so that what else the machine does hits all alike. It prints
//   - requests a second of a bare transport, ours without redaction, ours with the default
//     rules and stock go-vcr, as shares of the floor's (NAME/floor);
//   - what ending a recording of ours takes, of what copying its cassette takes (stop/copy,
//     rules-stop/copy) and of what go-vcr takes to stop (stop/go-vcr);
//   - how many megabytes of bodies a second one core redacts, and stock go-vcr, which does
//     not, saves (redact-MB/s, go-vcr-save-MB/s).
func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{2 << 10, 100 << 10} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			body := page(1, size)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				io.WriteString(w, body)
			}))
			defer server.Close()
			base := &http.Transport{MaxIdleConnsPerHost: 16}
			defer base.CloseIdleConnections()
			n := 4000
			if size > 10<<10 {
				n = 1000
			}
			carry(b, base, server.URL, 400) // opens the connections
			var sum [len(contenders)]spending
			redacted, turns := 0.0, 0
			for b.Loop() {
				for k := range contenders { // each comes first in its turn
					k = (k + turns) % len(contenders)
					runtime.GC()
					carrier, file, done := contenders[k].begin(b, base)
					sum[k].record += carry(b, carrier, server.URL, n)
					sum[k].stop += seconds(b, done)
					if file != "" {
						var size int64
						sum[k].copy += seconds(b, func() error { return copyFile(file, &size) })
						os.Remove(file)
					}
				}
				redacted += redactedOnOneCore(b, body, n)
				turns++
			}
			report(b, sum, float64(turns*n), float64(turns*n*len(body))/1e6, redacted)
		})
	}
}

// spending is how many seconds a contender took, and copying what it wrote.
type spending struct{ record, stop, copy float64 }

func report(b *testing.B, sum [len(contenders)]spending, requests, megabytes, redacted float64) {
	by := map[string]spending{}
	for k, c := range contenders {
		by[c.name] = sum[k]
	}
	for _, name := range []string{"bare", "ours", "with-rules", "go-vcr"} {
		b.ReportMetric(by["floor"].record/by[name].record, name+"/floor")
	}
	b.ReportMetric(requests/by["floor"].record, "floor-req/s")
	b.ReportMetric(by["ours"].stop/by["ours"].copy, "stop/copy")
	b.ReportMetric(by["with-rules"].stop/by["with-rules"].copy, "rules-stop/copy")
	b.ReportMetric(by["with-rules"].stop/by["go-vcr"].stop, "rules-stop/go-vcr")
	b.ReportMetric(megabytes/redacted, "redact-MB/s")
	b.ReportMetric(megabytes/by["go-vcr"].stop, "go-vcr-save-MB/s")
	b.ReportMetric(0, "ns/op")
}

// redactedOnOneCore is how many seconds one core takes to make bodies storable.
func redactedOnOneCore(b *testing.B, body string, n int) float64 {
	b.Helper()
	red, err := redact.New(redact.Rules{}, redact.Options{})
	if err != nil {
		b.Fatal(err)
	}
	i := &cassette.Interaction{}
	i.Request.Method, i.Request.URL = "GET", "https://graph.microsoft.com/v1.0/users"
	i.Response.Body, i.Response.Headers = body, http.Header{"Content-Type": {"application/json"}}
	return seconds(b, func() error {
		for range n {
			red.Record(i)
		}
		return nil
	})
}

func seconds(b *testing.B, do func() error) float64 {
	b.Helper()
	began := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began).Seconds()
}

// copyFile streams a file once, as safely as a cassette is saved.
func copyFile(name string, size *int64) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(name + ".copy")
	if err != nil {
		return err
	}
	defer out.Close()
	// Not by the kernel alone: what is written has to have been read.
	if *size, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 64<<10)); err != nil {
		return err
	}
	return out.Sync()
}

// carry sends so many requests of 16 clients and returns the seconds it took.
func carry(b *testing.B, carrier http.RoundTripper, url string, n int) float64 {
	b.Helper()
	client := &http.Client{Transport: carrier}
	var wait sync.WaitGroup
	began := time.Now()
	for g := range 16 {
		wait.Go(func() {
			for k := g; k < n; k += 16 {
				resp, err := client.Get(fmt.Sprintf("%s/v1.0/users/%d", url, k))
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	wait.Wait()
	return time.Since(began).Seconds()
}
