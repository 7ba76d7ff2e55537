package transport_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

func cassetteOf(interactions ...*cassette.Interaction) *cassette.Cassette {
	for i, one := range interactions {
		one.ID = i
		if one.Request.URL == "" {
			one.Request.URL = "https://graph.microsoft.com/v1.0/me"
		}
		if one.Request.Method == "" {
			one.Request.Method = "GET"
		}
	}
	return &cassette.Cassette{Name: "recorded", Interactions: interactions}
}

func answered(r cassette.Response) *cassette.Cassette {
	return cassetteOf(&cassette.Interaction{Response: r})
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

// A closer tells whether a body was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

var errTooLarge = errors.New("the request body is larger than 256 MB")

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
		{"announced as too large", t.Context(), "POST", strings.NewReader("{}"), 257 << 20, errTooLarge},
		{"canceled", canceled, "POST", strings.NewReader("{}"), 2, context.Canceled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}}
			recorded := cassetteOf(&cassette.Interaction{Request: cassette.Request{Method: "POST", Headers: header, Body: "{}"}, Response: cassette.Response{Code: 200}})
			body := &closer{Reader: test.reader}
			req, err := http.NewRequestWithContext(test.ctx, test.method, me, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header, req.ContentLength = header.Clone(), test.length
			_, err = newReplayer(t, match.Rules{}, recorded).RoundTrip(req)
			var miss *match.MissError
			switch want := test.want; {
			case errors.Is(err, want):
			case errors.As(want, &miss) && errors.As(err, &miss):
			case want == errTooLarge && err != nil && strings.HasSuffix(err.Error(), want.Error()):
			default:
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
	response := cassette.Response{
		Code: 200, Body: `{"a":1}`, Headers: http.Header{"X-A": {"1", "2"}, "Retry-After": {"9"}}, Trailer: http.Header{"X-T": {"t"}},
	}
	recorded := cassetteOf(
		&cassette.Interaction{Response: response},
		&cassette.Interaction{Request: cassette.Request{Method: "PATCH", Headers: http.Header{"Content-Type": {"application/json"}}, Body: "{}"}, Response: response},
		&cassette.Interaction{Response: response},
	)
	replayer := newReplayer(t, match.Rules{Match: []match.Rule{{On: "PATCH *", Repeat: match.RepeatLast}}}, recorded)
	var wait sync.WaitGroup
	for g := range 64 {
		wait.Go(func() {
			for n := range 12 {
				scribble(t, replayer, g, n)
			}
		})
	}
	wait.Wait()
	got := get(t, replayer, me)
	want := http.Header{"Content-Length": {"7"}, "X-A": {"1", "2"}, "Retry-After": {"0"}}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(http.Header{"X-T": {"t"}}, got.Trailer); diff != "" {
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

func TestNoURL(t *testing.T) {
	body := &closer{Reader: strings.NewReader("{}")}
	_, err := newReplayer(t, match.Rules{}).RoundTrip(&http.Request{Body: body})
	if err == nil || !body.closed {
		t.Errorf("error %v, body closed: %v", err, body.closed)
	}
}
