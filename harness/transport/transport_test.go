package transport_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/match"
	"github.com/graphvcr/graphvcr/harness/transport"
)

func tapeOf(interactions ...*cassette.Interaction) *cassette.Cassette {
	for i, one := range interactions {
		one.ID = i
		if one.Request.URL == "" {
			one.Request.URL = "https://graph.microsoft.com/v1.0/me"
		}
		if one.Request.Method == "" {
			one.Request.Method = "GET"
		}
	}
	return &cassette.Cassette{Name: "tape", Interactions: interactions}
}

func answered(r cassette.Response) *cassette.Cassette {
	return tapeOf(&cassette.Interaction{Response: r})
}

func get(t testing.TB, carrier http.RoundTripper, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := carrier.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if response.Request != req {
		t.Error("the response does not name its request")
	}
	return response
}

func read(t testing.TB, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return string(body)
}

const me = "https://graph.microsoft.com/v1.0/me"

func zipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func TestResponse(t *testing.T) {
	tests := []struct {
		name     string
		recorded cassette.Response
		status   string
		proto    string
		headers  string // as served, sorted
		body     string
		length   int64
	}{
		{
			name: "as recorded by go-vcr",
			recorded: cassette.Response{Code: 200, Status: "200 OK", Proto: "HTTP/2.0", ProtoMajor: 2, Body: `{"a":1}`, ContentLength: -1,
				Headers: http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"a", "b"}}},
			status: "200 OK", proto: "HTTP/2.0 2.0", headers: "Content-Length: 7, Content-Type: application/json, Set-Cookie: a|b", body: `{"a":1}`, length: 7,
		},
		{
			name: "a real recording: chunked, with the length of another body, names in lower case, the phrase alone",
			recorded: cassette.Response{Code: 201, Status: "Created", Body: `{}`,
				Headers: http.Header{"content-length": {"374"}, "transfer-encoding": {"chunked"}, "odata-version": {"4.0"}, "connection": {"close"}}},
			status: "201 Created", proto: "HTTP/1.1 1.1", headers: "Content-Length: 2, Odata-Version: 4.0", body: `{}`, length: 2,
		},
		{
			name:     "no status text",
			recorded: cassette.Response{Code: 404, Body: "x"},
			status:   "404 Not Found", proto: "HTTP/1.1 1.1", headers: "Content-Length: 1", body: "x", length: 1,
		},
		{
			name:     "a phrase of its own",
			recorded: cassette.Response{Code: 202, Status: "202 OK", Body: ""},
			status:   "202 OK", proto: "HTTP/1.1 1.1", headers: "Content-Length: 0", length: 0,
		},
		{
			name:     "an unknown code",
			recorded: cassette.Response{Code: 599},
			status:   "599", proto: "HTTP/1.1 1.1", headers: "Content-Length: 0", length: 0,
		},
		{
			name:     "no content",
			recorded: cassette.Response{Code: 204, Headers: http.Header{"Content-Length": {"0"}}},
			status:   "204 No Content", proto: "HTTP/1.1 1.1", headers: "", length: 0,
		},
		{
			name:     "not modified",
			recorded: cassette.Response{Code: 304, Headers: http.Header{"Etag": {`"1"`}}},
			status:   "304 Not Modified", proto: "HTTP/1.1 1.1", headers: `Etag: "1"`, length: 0,
		},
		{
			name:     "throttled",
			recorded: cassette.Response{Code: 429, Headers: http.Header{"Retry-After": {"120"}}},
			status:   "429 Too Many Requests", proto: "HTTP/1.1 1.1", headers: "Content-Length: 0, Retry-After: 0", length: 0,
		},
		{
			name:     "stored compressed",
			recorded: cassette.Response{Code: 200, Body: zipped("hello"), Headers: http.Header{"Content-Encoding": {"gzip"}, "Content-Length": {"29"}}},
			status:   "200 OK", proto: "HTTP/1.1 1.1", headers: "Content-Length: 5", body: "hello", length: 5,
		},
		{
			name:     "stored plain under the old label",
			recorded: cassette.Response{Code: 200, Body: "hello", Headers: http.Header{"Content-Encoding": {"gzip"}}},
			status:   "200 OK", proto: "HTTP/1.1 1.1", headers: "Content-Length: 5", body: "hello", length: 5,
		},
		{
			name:     "an archive is content, not an encoding",
			recorded: cassette.Response{Code: 200, Body: zipped("hello"), Headers: http.Header{"Content-Type": {"application/gzip"}}},
			status:   "200 OK", proto: "HTTP/1.1 1.1", headers: fmt.Sprintf("Content-Length: %d, Content-Type: application/gzip", len(zipped("hello"))), body: zipped("hello"), length: int64(len(zipped("hello"))),
		},
		{
			name:     "an encoding that only the client knows",
			recorded: cassette.Response{Code: 200, Body: "\x8b\xff\x00", Headers: http.Header{"Content-Encoding": {"br"}}},
			status:   "200 OK", proto: "HTTP/1.1 1.1", headers: "Content-Encoding: br, Content-Length: 3", body: "\x8b\xff\x00", length: 3,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response := get(t, newReplayer(t, match.Rules{}, answered(test.recorded)), me)
			var headers []string
			for _, name := range slices.Sorted(maps.Keys(response.Header)) {
				headers = append(headers, name+": "+strings.Join(response.Header[name], "|"))
			}
			proto := fmt.Sprintf("%s %d.%d", response.Proto, response.ProtoMajor, response.ProtoMinor)
			got := []any{response.Status, response.StatusCode, proto, strings.Join(headers, ", "), read(t, response), response.ContentLength, response.Uncompressed}
			want := []any{test.status, test.recorded.Code, test.proto, test.headers, test.body, test.length, false}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRetryAfterKept(t *testing.T) {
	tape := answered(cassette.Response{Code: 503, Headers: http.Header{"Retry-After": {"7"}}})
	index, err := match.NewIndex(match.Rules{}, tape)
	if err != nil {
		t.Fatal(err)
	}
	for keep, want := range map[bool]string{true: "7", false: "0"} {
		response := get(t, transport.NewReplayer(index.NewSession(), transport.Options{RetryAfter: keep}), me)
		if got := response.Header.Get("Retry-After"); got != want {
			t.Errorf("keep %v: Retry-After %q, want %q", keep, got, want)
		}
	}
}

func TestHead(t *testing.T) {
	tape := tapeOf(&cassette.Interaction{
		Request:  cassette.Request{Method: "HEAD"},
		Response: cassette.Response{Code: 200, Headers: http.Header{"content-length": {"374"}}},
	})
	req, _ := http.NewRequest("HEAD", me, nil)
	response, err := newReplayer(t, match.Rules{}, tape).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if response.ContentLength != 374 || response.Header.Get("Content-Length") != "374" || read(t, response) != "" {
		t.Errorf("length %d, header %v", response.ContentLength, response.Header)
	}
}

func TestBatchLengthFollowsItsIDs(t *testing.T) {
	tape := tapeOf(&cassette.Interaction{
		Request: cassette.Request{Method: "POST", URL: "https://graph.microsoft.com/v1.0/$batch", Headers: http.Header{"Content-Type": {"application/json"}},
			Body: `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`},
		Response: cassette.Response{Code: 200, Body: `{"responses":[{"id":"1","status":200}]}`},
	})
	req, _ := http.NewRequest("POST", "https://graph.microsoft.com/v1.0/$batch",
		strings.NewReader(`{"requests":[{"id":"0b7a-long","method":"GET","url":"me","headers":{"accept":"application/json"},"body":null,"dependsOn":[]}]}`))
	req.Header.Set("Content-Type", "application/json")
	response, err := newReplayer(t, match.Rules{}, tape).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	body := read(t, response)
	if want := `{"responses":[{"id":"0b7a-long","status":200}]}`; body != want {
		t.Errorf("body %s, want %s", body, want)
	}
	if response.ContentLength != int64(len(body)) || response.Header.Get("Content-Length") != fmt.Sprint(len(body)) {
		t.Errorf("length %d, header %s, want %d", response.ContentLength, response.Header.Get("Content-Length"), len(body))
	}
}

// A closer tells whether a body was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestRequestBodyIsReadAndClosed(t *testing.T) {
	broken := errors.New("broken pipe")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		method string
		reader io.Reader
		length int64
		want   error
	}{
		{"answered", t.Context(), "POST", strings.NewReader("{}"), 2, nil},
		{"of unknown length", t.Context(), "POST", strings.NewReader("{}"), -1, nil},
		{"longer than announced", t.Context(), "POST", strings.NewReader("{}"), 1, nil},
		{"shorter than announced", t.Context(), "POST", strings.NewReader("{}"), 9, nil},
		{"missed", t.Context(), "PUT", strings.NewReader("{}"), 2, new(match.MissError)},
		{"broken", t.Context(), "POST", io.MultiReader(strings.NewReader("{"), failing{broken}), -1, broken},
		{"canceled", canceled, "POST", strings.NewReader("{}"), 2, context.Canceled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}}
			tape := tapeOf(&cassette.Interaction{Request: cassette.Request{Method: "POST", Headers: header, Body: "{}"}, Response: cassette.Response{Code: 200}})
			body := &closer{Reader: test.reader}
			req, err := http.NewRequestWithContext(test.ctx, test.method, me, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header, req.ContentLength = header.Clone(), test.length
			_, err = newReplayer(t, match.Rules{}, tape).RoundTrip(req)
			var miss *match.MissError
			if want := test.want; !errors.Is(err, want) && (!errors.As(want, &miss) || !errors.As(err, &miss)) {
				t.Errorf("error %v, want %v", err, want)
			}
			if !body.closed {
				t.Error("the body was not closed")
			}
			if diff := cmp.Diff(header, req.Header); diff != "" {
				t.Errorf("the request was changed: %s", diff)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestLatency(t *testing.T) {
	tape := answered(cassette.Response{Code: 200, Duration: 3 * time.Second})
	index, err := match.NewIndex(match.Rules{}, tape)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		get(t, transport.NewReplayer(index.NewSession(), transport.Options{}), me)
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v unasked", waited)
		}
		get(t, transport.NewReplayer(index.NewSession(), transport.Options{Latency: true}), me)
		if waited := time.Since(start); waited != 3*time.Second {
			t.Errorf("waited %v, want 3s", waited)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, "GET", me, nil)
		_, err := transport.NewReplayer(index.NewSession(), transport.Options{Latency: true}).RoundTrip(req)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
	})
}

func TestCanceledRequestConsumesNothing(t *testing.T) {
	index, err := match.NewIndex(match.Rules{}, answered(cassette.Response{Code: 200}))
	if err != nil {
		t.Fatal(err)
	}
	session := index.NewSession()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", me, nil)
	if _, err := transport.NewReplayer(session, transport.Options{}).RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if len(session.Unused()) != 1 {
		t.Error("an answer was consumed")
	}
}

// TestMissThroughClient shows what a program sees of a miss: an error, never a
// response.
func TestMissThroughClient(t *testing.T) {
	replayer := newReplayer(t, match.Rules{}, answered(cassette.Response{Code: 200}))
	client := &http.Client{Transport: replayer}
	for _, path := range []string{"/users/2", "/users/1"} {
		_, err := client.Get("https://graph.microsoft.com/v1.0" + path)
		var miss *match.MissError
		if !errors.As(err, &miss) {
			t.Fatalf("error %v, want a miss", err)
		}
		var netErr net.Error
		if errors.As(err, &netErr) && netErr.Timeout() {
			t.Error("the miss looks like a timeout, which clients retry")
		}
	}
	var urls []string
	for _, miss := range replayer.Misses() {
		urls = append(urls, miss.URL)
	}
	if want := []string{"https://graph.microsoft.com/v1.0/users/1", "https://graph.microsoft.com/v1.0/users/2"}; !slices.Equal(urls, want) {
		t.Errorf("misses %v, want %v", urls, want)
	}
}

// TestNoConnection is law 6: with every way out of the process closed, replay
// answers and misses as ever.
func TestNoConnection(t *testing.T) {
	dialled := func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was opened")
		return nil, errors.New("no network")
	}
	usual, resolver := http.DefaultTransport, net.DefaultResolver
	http.DefaultTransport = &http.Transport{DialContext: dialled, DialTLSContext: dialled}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: dialled}
	t.Cleanup(func() { http.DefaultTransport, net.DefaultResolver = usual, resolver })

	replayer := newReplayer(t, match.Rules{}, answered(cassette.Response{Code: 302, Headers: http.Header{"Location": {"https://contoso.sharepoint.com/x"}}}))
	client := &http.Client{Transport: replayer}
	var miss *match.MissError
	if _, err := client.Get(me); !errors.As(err, &miss) || miss.URL != "https://contoso.sharepoint.com/x" {
		t.Errorf("following the redirect: %v, want a miss of its target", err)
	}
	if _, err := client.Get("https://graph.microsoft.com/v1.0/users"); !errors.As(err, &miss) {
		t.Errorf("error %v, want a miss", err)
	}
}

// TestResponsesShareNothing lets 64 goroutines scribble on all that they get.
func TestResponsesShareNothing(t *testing.T) {
	recorded := cassette.Response{
		Code: 200, Body: `{"a":1}`, Headers: http.Header{"X-A": {"1", "2"}, "Retry-After": {"9"}}, Trailer: http.Header{"X-T": {"t"}},
	}
	tape := tapeOf(
		&cassette.Interaction{Response: recorded},
		&cassette.Interaction{Request: cassette.Request{Method: "PATCH", Headers: http.Header{"Content-Type": {"application/json"}}, Body: "{}"}, Response: recorded},
		&cassette.Interaction{Response: recorded},
	)
	replayer := newReplayer(t, match.Rules{Match: []match.Rule{{On: "PATCH *", Repeat: match.RepeatLast}}}, tape)
	var wait sync.WaitGroup
	for g := range 64 {
		wait.Go(func() {
			for n := range 12 {
				scribble(t, replayer, g, n)
			}
		})
	}
	wait.Wait()
	response := get(t, replayer, me)
	want := http.Header{"Content-Length": {"7"}, "X-A": {"1", "2"}, "Retry-After": {"0"}}
	if diff := cmp.Diff(want, response.Header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(http.Header{"X-T": {"t"}}, response.Trailer); diff != "" {
		t.Errorf("trailers (-want +got):\n%s", diff)
	}
}

func scribble(t *testing.T, replayer *transport.Replayer, g, n int) {
	method, body := "GET", io.Reader(nil)
	if n%3 == 0 {
		method, body = "PATCH", strings.NewReader("{ }")
	}
	req, err := http.NewRequest(method, me, body)
	if err != nil {
		t.Error(err)
		return
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	response, err := replayer.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return
	}
	for name := range response.Header {
		response.Header[name][0] = fmt.Sprint(g)
	}
	response.Header.Add("X-A", "3")
	response.Trailer.Set("X-T", "changed")
	text, err := io.ReadAll(response.Body)
	if err != nil || string(text) != `{"a":1}` {
		t.Errorf("body %q, %v", text, err)
	}
	for i := range text {
		text[i] = 'x'
	}
	response.Body.Close()
}
