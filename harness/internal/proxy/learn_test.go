package proxy_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// TestAnswersLeadToHosts: a recording follows its client to where answers send it, and
// takes nothing else of what passes.
func TestAnswersLeadToHosts(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, `{"@microsoft.graph.downloadUrl":"https:\/\/Contoso-my.sharepoint.com\/x?tempauth=1"}`)
	z.Close()
	known := hosts.NewSet()
	known.Add("told.example", "Port.example:8443", "default.example:443")
	broken := errors.New("broken")
	for _, answer := range []struct {
		path   string
		header http.Header
		body   io.Reader
		err    error
	}{
		{"/v1.0/me", http.Header{"Location": {"https://monitor.example:444/op"}}, strings.NewReader(""), nil},
		{"/v1.0/me", http.Header{"Content-Type": {"application/json"}}, strings.NewReader(`{"uploadUrl": "https://up.example/a", "webUrl": "https://page.example/"}`), nil},
		{"/v1.0/me", http.Header{"Content-Type": {"application/json;odata.metadata=minimal"}, "Content-Encoding": {"gzip"}}, &zipped, nil},
		{"/v1.0/me", http.Header{"Content-Type": {"text/plain"}}, strings.NewReader(`"uploadUrl": "https://text.example/a"`), nil},
		{"/v1.0/me", http.Header{"Content-Type": {"application/json"}}, io.MultiReader(strings.NewReader(`{"uploadUrl":"https://half.example/"`), iotest.ErrReader(broken)), broken},
		{"/v1.0/me", http.Header{"Location": {"http://127.0.0.1:99/x"}}, strings.NewReader(""), nil},
		{"/v1.0/me/drive/items/1/content", http.Header{"Content-Type": {"application/json"}}, strings.NewReader(`{"nextLink": "https://file.example/a"}`), nil},
	} {
		text, err := io.ReadAll(answer.body)
		carrier := proxy.Learn(known, roundTripper(func(*http.Request) (*http.Response, error) {
			body := io.Reader(bytes.NewReader(text))
			if err != nil {
				body = io.MultiReader(body, iotest.ErrReader(err))
			}
			return &http.Response{Header: answer.header, Body: io.NopCloser(body)}, nil
		}))
		resp, _ := carrier.RoundTrip(&http.Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: "graph.microsoft.com", Path: answer.path}})
		got, gotErr := io.ReadAll(resp.Body)
		if !bytes.Equal(got, text) || !errors.Is(gotErr, answer.err) {
			t.Errorf("%q became %q, %v", text, got, gotErr)
		}
	}
	for host, want := range map[string]bool{
		"graph.microsoft.com": true, "graph.microsoft.us": true, "told.example": true, "port.example:8443": true, "port.example": false, "default.example": true,
		"monitor.example:444": true, "up.example": true, "half.example": true, "contoso-my.sharepoint.com": true,
		"page.example": false, "file.example": false, "text.example": false, "127.0.0.1:99": false, "login.microsoftonline.com": false,
	} {
		if known.Has(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}
