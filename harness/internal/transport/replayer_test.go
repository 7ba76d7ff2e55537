package transport_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

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
			recorded: cassette.Response{Code: 204, Headers: http.Header{"Content-Length": {"0"}}, Body: "which 204 has none of"},
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
			name:     "stored as brotli",
			recorded: cassette.Response{Code: 200, Body: asBrotli, Headers: http.Header{"Content-Encoding": {"br"}}},
			status:   "200 OK", proto: "HTTP/1.1 1.1", headers: "Content-Length: 7", body: `{"a":1}`, length: 7,
		},
		{
			name:     "a photo stored as gzip",
			recorded: cassette.Response{Code: 200, Body: zipped("\xff\xd8\xff"), Headers: http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {"image/jpeg"}}},
			status:   "200 OK", proto: "HTTP/1.1 1.1", headers: "Content-Length: 3, Content-Type: image/jpeg", body: "\xff\xd8\xff", length: 3,
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
	recorded := answered(cassette.Response{Code: 503, Headers: http.Header{"Retry-After": {"7"}}})
	index, err := match.NewIndex(match.Rules{}, recorded)
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
	for header, length := range map[string]int64{"374": 374, "": -1, "-1": -1} {
		recorded := cassetteOf(&cassette.Interaction{
			Request:  cassette.Request{Method: "HEAD"},
			Response: cassette.Response{Code: 200, Headers: http.Header{"content-length": {header}}},
		})
		req, _ := http.NewRequest("HEAD", me, nil)
		response, err := newReplayer(t, match.Rules{}, recorded).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if response.ContentLength != length || response.Header.Get("Content-Length") != header || read(t, response) != "" {
			t.Errorf("length %d, header %v", response.ContentLength, response.Header)
		}
	}
}

// Order decides which of several answers a request gets once the answer before it was read, or given
// up: the session is told so.
func TestReadAnswersAreTold(t *testing.T) {
	for name, test := range map[string]struct {
		method string
		code   int
		read   func(body io.ReadCloser)
		missed int
	}{
		"left alone": {"POST", 201, func(io.ReadCloser) {}, 1},
		"read":       {"POST", 201, func(body io.ReadCloser) { io.ReadFull(body, make([]byte, len(`{"@odata.count":0}`))) }, 0},
		"copied":     {"POST", 201, func(body io.ReadCloser) { io.Copy(io.Discard, body) }, 0},
		"closed":     {"POST", 201, func(body io.ReadCloser) { body.Close() }, 0},
		"no content": {"POST", 204, func(io.ReadCloser) {}, 0},
		"no body":    {"HEAD", 200, func(io.ReadCloser) {}, 0},
	} {
		asked := func(who string) cassette.Request {
			return cassette.Request{Method: test.method, URL: "https://graph.microsoft.com/v1.0/groups", Headers: http.Header{"Content-Type": {"application/json"}}, Body: `{"displayName":"` + who + `"}`}
		}
		recorded := &cassette.Cassette{}
		for n, who := range []string{"Adele Vance", "Megan Bowen", "Diego Siciliani"} {
			recorded.Interactions = append(recorded.Interactions, &cassette.Interaction{Request: asked(who), Response: cassette.Response{Code: test.code, Body: fmt.Sprintf(`{"@odata.count":%d}`, n)}})
		}
		replayer := newReplayer(t, match.Rules{}, sealed(t, recorded))
		for _, who := range []string{"Alex Wilber", "Lynne Robbins"} {
			req := newRequest(t, test.method, asked(who).URL, strings.NewReader(asked(who).Body))
			req.Header.Set("Content-Type", "application/json")
			if resp, err := replayer.RoundTrip(req); err == nil {
				test.read(resp.Body)
			}
		}
		if got := replayer.Missed(); got != test.missed {
			t.Errorf("%s: %d requests had no answer, want %d", name, got, test.missed)
		}
	}
}

func TestBatchLengthFollowsItsIDs(t *testing.T) {
	recorded := cassetteOf(&cassette.Interaction{
		Request: cassette.Request{Method: "POST", URL: "https://graph.microsoft.com/v1.0/$batch", Headers: http.Header{"Content-Type": {"application/json"}},
			Body: `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`},
		Response: cassette.Response{Code: 200, Body: `{"responses":[{"id":"1","status":200}]}`},
	})
	req, _ := http.NewRequest("POST", "https://graph.microsoft.com/v1.0/$batch",
		strings.NewReader(`{"requests":[{"id":"0b7a-long","method":"GET","url":"me","headers":{"accept":"application/json"},"body":null,"dependsOn":[]}]}`))
	req.Header.Set("Content-Type", "application/json")
	response, err := newReplayer(t, match.Rules{}, recorded).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	body := read(t, response)
	if want := `{"responses":[{"id":"0b7a-long","status":200}]}`; body != want {
		t.Errorf("body %s, want %s", body, want)
	}
	if made := response.Body.(*transport.Served).Noted(func(text string, _ http.Header) any { return text }); made != body {
		t.Errorf("what is noted of %s is of %s", body, made)
	}
	if response.ContentLength != int64(len(body)) || response.Header.Get("Content-Length") != fmt.Sprint(len(body)) {
		t.Errorf("length %d, header %s, want %d", response.ContentLength, response.Header.Get("Content-Length"), len(body))
	}
}

// What stands in a cassette for the instant and the id of a call is told anew: a client
// that looks at Date finds its own clock right, and its id is echoed. A server that hands
// the answer on writes a Date itself.
func TestResponseIsOfThisCall(t *testing.T) {
	const url, id = "https://graph.microsoft.com/v1.0/me", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	for name, test := range map[string]struct {
		date, stored, sent string // headers
		dated              bool
		want               string // id
	}{
		"constants":       {protocol.NoDate, protocol.NoID, id, true, id},
		"no id was sent":  {protocol.NoDate, protocol.NoID, "", true, protocol.NoID},
		"kept by a rule":  {"Tue, 03 Nov 2026 09:00:00 GMT", "8ea0e38b-efb3-4757-924a-5f94061cf8c2", id, false, "8ea0e38b-efb3-4757-924a-5f94061cf8c2"},
		"one is constant": {"Tue, 03 Nov 2026 09:00:00 GMT", protocol.NoID, id, false, id},
	} {
		t.Run(name, func(t *testing.T) {
			replayer := replayOf(t, &cassette.Interaction{
				Request:  cassette.Request{Method: "GET", URL: url},
				Response: cassette.Response{Code: 200, Headers: http.Header{"Date": {test.date}, "Client-Request-Id": {test.stored}}, Body: "{}"},
			})
			req := httptest.NewRequest("GET", url, nil)
			if test.sent != "" {
				req.Header.Set("client-request-id", test.sent)
			}
			resp, err := replayer.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.Header.Get("Client-Request-Id"); got != test.want {
				t.Errorf("id %s, want %s", got, test.want)
			}
			got := resp.Header.Get("Date")
			at, err := http.ParseTime(got)
			if !test.dated && got != test.date || test.dated && (err != nil || time.Since(at) > time.Minute) {
				t.Errorf("Date %s, want %s", got, test.date)
			}
		})
	}
}
