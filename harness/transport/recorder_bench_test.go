package transport_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// recordOnce measures requests a second of 16 clients through a carrier.
func recordOnce(b *testing.B, carrier http.RoundTripper, url string, n int) float64 {
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
	return float64(n) / time.Since(began).Seconds()
}

// BenchmarkRecord records answers of 2 KB and 100 KB from loopback for 16 clients, and
// prints requests a second as shares of the floor's: ours without redaction and with the
// default rules, stock go-vcr's, and a bare transport's.
func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{2 << 10, 100 << 10} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			body := `{"value":[` + strings.Repeat(`{"id":"6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0","displayName":"Adele Vance","mail":null},`, size/86) + `{}]}`
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				io.WriteString(w, body)
			}))
			defer server.Close()
			base := &http.Transport{MaxIdleConnsPerHost: 16}
			defer base.CloseIdleConnections()
			n := 4000
			if size > 10<<10 {
				n = 800
			}
			var sum struct{ bare, floor, ours, rules, stock, stop, stockStop float64 }
			for b.Loop() {
				file, err := os.Create(filepath.Join(b.TempDir(), "floor"))
				if err != nil {
					b.Fatal(err)
				}
				sum.bare += recordOnce(b, base, server.URL, n)
				sum.floor += recordOnce(b, &appender{base: base, file: file}, server.URL, n)
				file.Close()
				r, to := recording(b, transport.RecorderOptions{Base: base})
				sum.ours += recordOnce(b, r, server.URL, n)
				sum.stop += stopped(b, func() error { return r.Save(to, emulated, nil, nil) })
				red, err := redact.New(redact.Rules{}, redact.Options{})
				if err != nil {
					b.Fatal(err)
				}
				r, _ = recording(b, transport.RecorderOptions{Base: base, Redact: func(i *cassette.Interaction) *cassette.Interaction { return red.Interaction(i) }})
				sum.rules += recordOnce(b, r, server.URL, n)
				stock, err := recorder.NewWithOptions(&recorder.Options{CassetteName: filepath.Join(b.TempDir(), "stock"), Mode: recorder.ModeRecordOnly, RealTransport: base})
				if err != nil {
					b.Fatal(err)
				}
				sum.stock += recordOnce(b, stock, server.URL, n)
				sum.stockStop += stopped(b, stock.Stop)
			}
			b.ReportMetric(sum.bare/sum.floor, "bare/floor")
			b.ReportMetric(sum.ours/sum.floor, "ours/floor")
			b.ReportMetric(sum.rules/sum.floor, "with-rules/floor")
			b.ReportMetric(sum.stock/sum.floor, "go-vcr/floor")
			b.ReportMetric(sum.stop/sum.stockStop, "stop/go-vcr-stop")
		})
	}
}

func stopped(b *testing.B, stop func() error) float64 {
	b.Helper()
	began := time.Now()
	if err := stop(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began).Seconds()
}
