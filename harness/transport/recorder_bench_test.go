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
	"github.com/graphvcr/graphvcr/harness/redact"
	"github.com/graphvcr/graphvcr/harness/transport"
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

// A contender is a way to carry requests; done ends it.
type contender struct {
	name  string
	begin func(b *testing.B, base http.RoundTripper) (carrier http.RoundTripper, done func() error)
}

var contenders = []contender{
	{"bare", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, func() error) {
		return base, func() error { return nil }
	}},
	{"floor", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, func() error) {
		file, err := os.Create(filepath.Join(b.TempDir(), "floor"))
		if err != nil {
			b.Fatal(err)
		}
		return &appender{base: base, file: file}, file.Close
	}},
	{"ours", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, func() error) {
		r, file := recording(b, transport.RecorderOptions{Base: base})
		return r, func() error { return r.Save(file, emulated, cassette.Saving{}) }
	}},
	{"with-rules", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, func() error) {
		r, _, done := redacting(b, base)
		return r, done
	}},
	{"go-vcr", func(b *testing.B, base http.RoundTripper) (http.RoundTripper, func() error) {
		stock, err := recorder.NewWithOptions(&recorder.Options{CassetteName: filepath.Join(b.TempDir(), "stock"), Mode: recorder.ModeRecordOnly, RealTransport: base})
		if err != nil {
			b.Fatal(err)
		}
		return stock, stock.Stop
	}},
}

// redacting is our recorder with the default rules, a last pass and the guard.
func redacting(t testing.TB, base http.RoundTripper) (carrier http.RoundTripper, file string, done func() error) {
	t.Helper()
	red, err := redact.New(redact.Rules{}, redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, file := recording(t, transport.RecorderOptions{Base: base, Redact: red.Interaction, Note: red.Note})
	return r, file, func() error { return r.Save(file, emulated, red.Saving()) }
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

// BenchmarkRecord records answers of 2 KB and 100 KB from loopback for 16 clients, and
// prints requests a second: of ours without redaction and with the default rules, of stock
// go-vcr and of a bare transport, as shares of the floor's. Stop is what ending the
// recording takes, of what go-vcr takes.
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
			spent, stopped := map[string]float64{}, map[string]float64{}
			turn := 0
			for b.Loop() {
				for k := range contenders { // each comes first in its turn
					c := contenders[(k+turn)%len(contenders)]
					runtime.GC()
					carrier, done := c.begin(b, base)
					spent[c.name] += carry(b, carrier, server.URL, n)
					began := time.Now()
					if err := done(); err != nil {
						b.Fatal(err)
					}
					stopped[c.name] += time.Since(began).Seconds()
				}
				turn++
			}
			for _, name := range []string{"bare", "ours", "with-rules", "go-vcr"} {
				b.ReportMetric(spent["floor"]/spent[name], name+"/floor")
			}
			b.ReportMetric(float64(turn*n)/spent["floor"], "floor-req/s")
			b.ReportMetric(stopped["ours"]/stopped["go-vcr"], "stop/go-vcr-stop")
			b.ReportMetric(0, "ns/op")
		})
	}
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
