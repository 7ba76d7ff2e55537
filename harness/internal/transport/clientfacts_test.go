package transport_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// sdkCall is a request as an SDK sends it: "METHOD address", headers as "Name: value".
type sdkCall struct {
	line, body string
	headers    []string
}

func (c sdkCall) header() http.Header {
	h := http.Header{}
	for _, line := range c.headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return h
}

func (c sdkCall) address() (method, url string) {
	method, url, _ = strings.Cut(c.line, " ")
	if strings.HasPrefix(url, "/") {
		url = "https://graph.microsoft.com/v1.0" + url
	}
	return method, url
}

func (c sdkCall) request(t *testing.T) *http.Request {
	t.Helper()
	method, url := c.address()
	req, err := http.NewRequest(method, url, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header()
	return req
}

func (c sdkCall) recorded() *cassette.Interaction {
	method, url := c.address()
	return &cassette.Interaction{
		Request:  cassette.Request{Method: method, URL: url, Headers: c.header(), Body: c.body},
		Response: cassette.Response{Code: 200, Body: `"` + c.line + `"`},
	}
}

const (
	goJSON   = "Content-Type: application/json"
	twoParts = "--%s\r\nContent-Disposition: form-data; name=\"Presentation\"\r\nContent-Type: text/html\r\n\r\n<p>\r\n" +
		"--%s\r\nContent-Disposition: form-data; name=\"image\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--%s--\r\n"
	swappedParts = "--%s\r\nContent-Disposition: form-data; name=\"image\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n" +
		"--%s\r\nContent-Disposition: form-data; name=\"Presentation\"\r\nContent-Type: text/html\r\n\r\n<p>\r\n--%s--\r\n"
	goBoundary   = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	nodeBoundary = "----formdata-undici-012345678901"
)

func parts(layout, boundary string) string { return strings.ReplaceAll(layout, "%s", boundary) }

// TestClientFacts holds what SDKs were measured to send otherwise from run to run, and from
// SDK to SDK, for one request, and beside each a request that is another one.
func TestClientFacts(t *testing.T) {
	for name, fact := range map[string]struct {
		recorded sdkCall
		alike    []sdkCall
		other    sdkCall
	}{
		"request ids, versions and retries": {
			sdkCall{"GET /me", "", []string{"client-request-id: 1", "SdkVersion: graph-js/3.0.7 (featureUsage=7)", "User-Agent: node", "Accept: */*"}},
			[]sdkCall{{"GET /me", "", []string{"client-request-id: 2", "SdkVersion: graph-js/3.0.7 (featureUsage=7), graph-js/3.0.7 (featureUsage=7)", "Retry-Attempt: 2",
				"Authorization: Bearer x", "User-Agent: kiota-go/1.5.4", "Accept: application/json", "Accept-Encoding: gzip", "Traceparent: 00-0-0-01", "Cache-Control: no-cache", "Pragma: no-cache"}}},
			sdkCall{"GET /me", "", []string{"ConsistencyLevel: eventual"}},
		},
		"boundary and order of parts": {
			sdkCall{"POST /me/onenote/pages", parts(twoParts, nodeBoundary), []string{"Content-Type: multipart/form-data; boundary=" + nodeBoundary}},
			[]sdkCall{
				{"POST /me/onenote/pages", parts(swappedParts, goBoundary), []string{"Content-Type: multipart/form-data; boundary=" + goBoundary}},
				{"POST /me/onenote/pages", zipped(parts(twoParts, goBoundary)), []string{"Content-Type: multipart/form-data; boundary=" + goBoundary, "Content-Encoding: gzip"}},
			},
			sdkCall{"POST /me/onenote/pages", strings.Replace(parts(twoParts, goBoundary), "PNG", "GNP", 1), []string{"Content-Type: multipart/form-data; boundary=" + goBoundary}},
		},
		"order of members": {
			sdkCall{"POST /me/drive/root:/a:/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"replace","name":"a"}}`, []string{goJSON}},
			[]sdkCall{{"POST /me/drive/root:/a:/createUploadSession", `{"item": {"name":"a", "@microsoft.graph.conflictBehavior":"replace"}}`, []string{goJSON + "; charset=utf-8"}}},
			sdkCall{"POST /me/drive/root:/a:/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"fail","name":"a"}}`, []string{goJSON}},
		},
		"gzip, mislabelled gzip, plain after 415": {
			sdkCall{"POST /chats", zipped(`{"topic":"x"}`), []string{goJSON, "Content-Encoding: gzip"}},
			[]sdkCall{
				{"POST /chats", `{"topic":"x"}`, []string{goJSON}},
				{"POST /chats", `{"topic":"x"}`, []string{goJSON, "Content-Encoding: gzip"}},
				{"POST /chats", zipped(`{"topic":"x"}`), []string{goJSON}},
			},
			sdkCall{"POST /chats", zipped(`{"topic":"y"}`), []string{goJSON, "Content-Encoding: gzip"}},
		},
		"slices of an upload": {
			sdkCall{"PUT https://contoso-my.sharepoint.com/up?guid='1'&tempauth=v1", "0000", []string{"Content-Range: bytes 0-3/8"}},
			[]sdkCall{{"PUT https://contoso-my.sharepoint.com/up?guid=%271%27&tempauth=v1", "0000", []string{"Content-Range: bytes 0-3/8"}}},
			sdkCall{"PUT https://contoso-my.sharepoint.com/up?guid='1'&tempauth=v1", "0000", []string{"Content-Range: bytes 4-7/8"}},
		},
		"colons in a segment": {
			sdkCall{"GET /chats/19:xx@thread.v2", "", nil},
			[]sdkCall{{"GET /chats/19%3Axx%40thread.v2", "", nil}, {"GET /chats/19%3axx@thread.v2", "", nil}, {"GET /chats('19%3Axx%40thread.v2')", "", nil}},
			sdkCall{"GET /chats/19:XX@thread.v2", "", nil},
		},
		"at signs in a segment": {
			sdkCall{"GET /users/nobody@contoso.example", "", nil},
			[]sdkCall{{"GET /users/nobody%40contoso.example", "", nil}, {"GET /Users('nobody@contoso.example')", "", nil}},
			sdkCall{"GET /users/nobody%2540contoso.example", "", nil},
		},
		"exclamation marks in a segment": {
			sdkCall{"GET /drives/b!x-_/items/1", "", nil}, []sdkCall{{"GET /drives/b%21x-_/items/1", "", nil}}, sdkCall{"GET /drives/b!X-_/items/1", "", nil},
		},
		"a path within a segment": {
			sdkCall{"GET /me/drive/items/root:/a.bin:/content", "", nil},
			[]sdkCall{{"GET /me/drive/items/root%3A%2Fa.bin%3A/content", "", nil}},
			sdkCall{"GET /me/drive/items/root:/b.bin:/content", "", nil},
		},
		"functions with and without brackets": {
			sdkCall{"GET /users/delta()", "", nil}, []sdkCall{{"GET /users/delta", "", nil}, {"GET /users/microsoft.graph.delta()", "", nil}}, sdkCall{"GET /users/alpha", "", nil},
		},
		"links of a function": {
			sdkCall{"GET /users/delta()?$skiptoken=A-b.c~d", "", nil}, []sdkCall{{"GET /users/delta?%24skiptoken=A%2Db%2Ec%7Ed", "", nil}}, sdkCall{"GET /users/delta?$skiptoken=a-b.c~d", "", nil},
		},
		"order and escapes of options": {
			sdkCall{"GET /users?$top=5&$count=true&$select=id,displayName&$filter=startswith(displayName,'a b')", "", nil},
			[]sdkCall{{"GET /users?$count=true&$filter=startswith(displayName%2C%27a%20b%27)&$select=id%2CdisplayName&$top=5", "", nil},
				{"GET /users?%24count=true&%24filter=startswith(displayName,'a+b')&%24select=displayName,id&%24top=5", "", nil}},
			sdkCall{"GET /users?$top=5&$count=true&$select=id,displayName&$filter=startswith(displayName,'a  b')", "", nil},
		},
		"an empty query": {sdkCall{"GET /me?", "", nil}, []sdkCall{{"GET /me", "", nil}}, sdkCall{"GET /me?x", "", nil}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, alike := range append([]sdkCall{fact.recorded}, fact.alike...) {
				if resp, err := replayOf(t, fact.recorded.recorded()).RoundTrip(alike.request(t)); err != nil || resp.StatusCode != 200 {
					t.Errorf("%s %q: %v", alike.line, alike.headers, err)
				}
				// Another client may have recorded it.
				if _, err := replayOf(t, alike.recorded()).RoundTrip(fact.recorded.request(t)); err != nil {
					t.Errorf("recorded as %s: %v", alike.line, err)
				}
			}
			var miss *match.MissError
			if _, err := replayOf(t, fact.recorded.recorded()).RoundTrip(fact.other.request(t)); !errors.As(err, &miss) {
				t.Errorf("%s is answered as %s: %v", fact.other.line, fact.recorded.line, err)
			}
		})
	}
}

func replayOf(t *testing.T, interactions ...*cassette.Interaction) *transport.Replayer {
	t.Helper()
	index, err := match.NewIndex(match.Rules{}, cassetteOf(interactions...))
	if err != nil {
		t.Fatal(err)
	}
	return transport.NewReplayer(index.NewSession(), transport.Options{})
}

// TestClientFactsBatch: the ids of a batch are random in one SDK and the caller's in the
// other, and one always sends empty members; the answer has the ids that were sent.
func TestClientFactsBatch(t *testing.T) {
	recorded := sdkCall{"POST /$batch", `{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"GET","url":"/users/a","dependsOn":["1"]},{"id":"3","method":"GET","url":"/users/b"}]}`, []string{goJSON}}.recorded()
	recorded.Response.Body = `{"responses":[{"id":"3","status":404},{"id":"1","status":200},{"id":"2","status":200,"dependsOn":["1"]}]}`
	sent := sdkCall{"POST /$batch", zipped(`{"requests":[{"body":null,"dependsOn":[],"headers":{"accept":"application/json"},"id":"f-3","method":"GET","url":"/users/b"},
		{"body":null,"dependsOn":["f-1"],"headers":{"accept":"application/json"},"id":"f-2","method":"GET","url":"/users/a"},
		{"body":null,"dependsOn":[],"headers":{"accept":"application/json"},"id":"f-1","method":"GET","url":"/me"}]}`), []string{goJSON, "Content-Encoding: gzip"}}
	resp, err := replayOf(t, recorded).RoundTrip(sent.request(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, resp), `{"responses":[{"id":"f-3","status":404},{"id":"f-1","status":200},{"id":"f-2","status":200,"dependsOn":["f-1"]}]}`; got != want {
		t.Errorf("answered %s\nwant %s", got, want)
	}
	another := strings.Replace(recorded.Request.Body, `"dependsOn":["1"]`, `"dependsOn":["3"]`, 1)
	var miss *match.MissError
	if _, err := replayOf(t, recorded).RoundTrip((sdkCall{"POST /$batch", another, []string{goJSON}}).request(t)); !errors.As(err, &miss) {
		t.Errorf("a batch with another order of parts is answered: %v", err)
	}
}

// TestClientFactsRetryAfter: clients really wait as long as they are told, so on replay they
// are told not to; what was recorded stays in the cassette.
func TestClientFactsRetryAfter(t *testing.T) {
	throttled := sdkCall{"GET /me", "", nil}.recorded()
	throttled.Response.Code, throttled.Response.Headers = 429, http.Header{"Retry-After": {"120"}}
	resp, err := replayOf(t, throttled).RoundTrip((sdkCall{"GET /me", "", nil}).request(t))
	if err != nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "0" {
		t.Errorf("%v, %v", resp, err)
	}
	if kept := throttled.Response.Headers.Get("Retry-After"); kept != "120" {
		t.Errorf("the recording says %q now", kept)
	}
}
