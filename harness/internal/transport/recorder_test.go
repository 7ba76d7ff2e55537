package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

var emulated = cassette.Meta{Format: 1, Origin: cassette.Emulator}

// recording is a recorder and where its cassette will be.
func recording(t testing.TB, opts transport.RecorderOptions) (*transport.Recorder, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return transport.NewRecorder(j, opts), file
}

// saveAs is Save where nothing is to be left out.
func saveAs(r *transport.Recorder, file string, how journal.Saving) error {
	_, err := r.Save(file, emulated, how)
	return err
}

func saved(t testing.TB, r *transport.Recorder, file string) *cassette.Cassette {
	t.Helper()
	if _, err := r.Save(file, emulated, journal.Saving{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(journal.Of(file)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal was not removed: %v", err)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// oddities is a service with all that a recorder has to live through.
func oddities(t testing.TB) *httptest.Server {
	var throttled sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("/json", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "fpc=secret")
		fmt.Fprintf(w, `{"got":%q}`, body)
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, zipped(`{"a":1}`))
	})
	mux.HandleFunc("/mislabelled", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, `{"a":2}`)
	})
	mux.HandleFunc("/binary", func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("\x00\xff\n\t'"), 1<<20))
	})
	mux.HandleFunc("/huge", func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("0123456789abcdef"), 9<<20/16))
	})
	mux.HandleFunc("/trailer", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "body")
		w.Header().Set("X-Sum", "42")
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/json", http.StatusFound)
	})
	mux.HandleFunc("/throttled", func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusOK
		throttled.Do(func() { status = http.StatusTooManyRequests })
		w.WriteHeader(status)
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/missing", http.NotFound)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

type call struct{ method, path, body string }

var calls = []call{
	{"POST", "/json", `{"b":1}`}, {"GET", "/gzip", ""}, {"GET", "/binary", ""}, {"GET", "/huge", ""},
	{"GET", "/trailer", ""}, {"GET", "/redirect", ""}, {"GET", "/missing", ""}, {"GET", "/throttled", ""}, {"GET", "/throttled", ""},
	{"PUT", "/json", strings.Repeat("large request ", 650_000)}, {"GET", "/json?$select=id&$expand=manager($select=id;$levels=max)", ""},
}

func do(t testing.TB, client *http.Client, base string, c call) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest(c.method, base+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	return resp.StatusCode, string(text)
}

// What was recorded is replayed byte for byte, by us and by stock go-vcr; what the
// client retried, and what gives access, is not kept.
func TestRecordThenReplay(t *testing.T) {
	server := oddities(t)
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	r, file := recording(t, transport.RecorderOptions{Base: base})
	client := &http.Client{Transport: r}
	type answer struct {
		status int
		body   string
	}
	var live []answer
	for _, c := range calls {
		status, body := do(t, client, server.URL, c)
		live = append(live, answer{status, body})
	}
	if live[1].body != `{"a":1}` {
		t.Errorf("the client got %q", live[1].body)
	}
	c := saved(t, r, file)
	server.Close()
	if len(c.Interactions) != len(calls) { // one more for the redirect, one less for the retried 429
		t.Errorf("%d interactions, want %d", len(c.Interactions), len(calls))
	}
	data, err := os.ReadFile(file)
	if err != nil || bytes.Contains(data, []byte("secret")) {
		t.Errorf("the cassette holds a credential: %v", err)
	}
	index, err := match.NewIndex(match.Rules{}, c)
	if err != nil {
		t.Fatal(err)
	}
	replay := &http.Client{Transport: transport.NewReplayer(index.NewSession(), transport.Options{})}
	for n, one := range calls {
		if live[n].status == http.StatusTooManyRequests {
			continue
		}
		status, body := do(t, replay, server.URL, one)
		if want := live[n]; status != want.status || body != want.body {
			t.Errorf("%s: replayed %d with %d bytes, live %d with %d", one.path, status, len(body), want.status, len(want.body))
		}
	}
	if raceEnabled {
		return // yaml.v3 takes a minute for this file, and no goroutine
	}
	stock, err := recorder.NewWithOptions(&recorder.Options{CassetteName: strings.TrimSuffix(file, ".yaml"), Mode: recorder.ModeReplayOnly, SkipRequestLatency: true})
	if err != nil {
		t.Fatal(err)
	}
	defer stock.Stop()
	for n, one := range calls {
		if live[n].status == http.StatusTooManyRequests || strings.Contains(one.path, ";") { // stock go-vcr refuses a ; in a query
			continue
		}
		if status, body := do(t, stock.GetDefaultClient(), server.URL, one); status != live[n].status || compacted(body) != live[n].body {
			t.Errorf("%s: stock go-vcr replays %d with %d bytes, live %d with %d", one.path, status, len(body), live[n].status, len(live[n].body))
		}
	}
}

// compacted is JSON without white space, or what is not JSON as it is.
func compacted(text string) string {
	var out bytes.Buffer
	if json.Compact(&out, []byte(text)) != nil {
		return text
	}
	return out.String()
}

func TestRecordedShape(t *testing.T) {
	server := oddities(t)
	r, file := recording(t, transport.RecorderOptions{Base: &http.Transport{DisableCompression: true}})
	client := &http.Client{Transport: r}
	var raw string
	for _, c := range append(calls[:9:9], call{"GET", "/mislabelled", ""}) {
		if _, body := do(t, client, server.URL, c); c.path == "/gzip" {
			raw = body
		}
	}
	if !strings.HasPrefix(raw, "\x1f\x8b") {
		t.Error("the client did not get the very bytes that came")
	}
	byPath := map[string][]*cassette.Interaction{}
	for _, i := range saved(t, r, file).Interactions {
		path := strings.TrimPrefix(i.Request.URL, server.URL)
		byPath[path] = append(byPath[path], i)
	}
	for path, want := range map[string]string{"/gzip": `{"a":1}`, "/mislabelled": `{"a":2}`, "/trailer": "body"} {
		i := byPath[path][0]
		if i.Response.Body != want || i.Response.Headers.Get("Content-Encoding") != "" {
			t.Errorf("%s: stored %q with %v", path, i.Response.Body, i.Response.Headers)
		}
	}
	if byPath["/trailer"][0].Response.Trailer.Get("X-Sum") != "42" {
		t.Error("the trailer is lost")
	}
	if len(byPath["/redirect"]) != 1 || len(byPath["/json"]) != 2 {
		t.Error("a redirect is two interactions")
	}
	if got := byPath["/throttled"]; len(got) != 1 || got[0].Response.Code == 429 {
		t.Error("a retried 429 is kept")
	}
}

// What the network broke reaches the client as it was, and is noted, not kept.
func TestBrokenExchanges(t *testing.T) {
	server := oddities(t)
	r, file := recording(t, transport.RecorderOptions{})
	client := &http.Client{Transport: r}
	resp, err := client.Get(server.URL + "/broken?token=secret")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if string(body) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the client got %q, %v", body, err)
	}
	do(t, client, server.URL, calls[0])
	server.Close()
	if _, err := client.Get(server.URL + "/json"); err == nil {
		t.Error("the client was told nothing of a connection that was refused")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	if _, err := client.Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	notes := r.Notes()
	if len(notes) != 3 || strings.Contains(fmt.Sprint(notes), "token") {
		t.Errorf("notes %v", notes)
	}
	if c := saved(t, r, file); len(c.Interactions) != 1 {
		t.Errorf("%d interactions, want 1", len(c.Interactions))
	}
}

// Requests are ordered by when they began, and 64 clients do not disturb one another.
func TestRecordConcurrently(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	}))
	defer server.Close()
	base := &http.Transport{MaxIdleConnsPerHost: 64}
	defer base.CloseIdleConnections()
	r, file := recording(t, transport.RecorderOptions{Base: base, Redact: func(i *cassette.Interaction) (*cassette.Interaction, []byte) {
		clean := *i
		clean.Request.Headers = i.Request.Headers.Clone()
		clean.Request.Headers.Set("X-Redacted", "yes")
		return &clean, nil
	}})
	client := &http.Client{Transport: r}
	var wait sync.WaitGroup
	for g := range 64 {
		wait.Go(func() {
			for n := range 10 {
				text := fmt.Sprintf("client %d call %d", g, n)
				if _, body := do(t, client, server.URL, call{"POST", fmt.Sprintf("/%d", g), text}); body != text {
					t.Errorf("got %q, want %q", body, text)
				}
			}
		})
	}
	wait.Wait()
	next := map[string]int{}
	for _, i := range saved(t, r, file).Interactions {
		var g, n int
		fmt.Sscanf(i.Request.Body, "client %d call %d", &g, &n)
		if i.Request.Body != i.Response.Body || next[i.Request.URL] != n || i.Request.Headers.Get("X-Redacted") != "yes" {
			t.Fatalf("client %d: call %d where %d was next", g, n, next[i.Request.URL])
		}
		next[i.Request.URL]++
	}
	if len(next) != 64 {
		t.Errorf("%d clients", len(next))
	}
}
