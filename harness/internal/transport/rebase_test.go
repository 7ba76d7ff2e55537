package transport_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// TestRebaseOfLargeBodies holds that a link is renamed wherever it stands in a body of any
// size, and that a body without end takes no memory.
func TestRebaseOfLargeBodies(t *testing.T) {
	endless := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		link := "http://" + r.Host + "/v1.0/x "
		for i := 0; endless || i < 1_000_000; i++ {
			if _, err := io.WriteString(w, link); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &transport.Rebase{Base: server.Client().Transport, URL: base}}
	get := func() io.ReadCloser {
		resp, err := client.Get("https://graph.microsoft.com/v1.0/x")
		if err != nil {
			t.Fatal(err)
		}
		return resp.Body
	}
	body := get()
	text, err := io.ReadAll(body)
	body.Close()
	if want := strings.Repeat("https://graph.microsoft.com/v1.0/x ", 1_000_000); string(text) != want || err != nil {
		t.Errorf("got %d bytes, %v, want %d", len(text), err, len(want))
	}
	endless = true
	body = get()
	defer body.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if n, err := io.CopyN(io.Discard, body, 200<<20); err != nil {
		t.Fatal(n, err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 32<<20 {
		t.Errorf("holds %d MB of a body without end", grown>>20)
	}
}

// What is asked of another host goes there as it is, and the answer to HEAD tells the length of what
// GET would give.
func TestRebaseOfOthers(t *testing.T) {
	var asked string
	rebase := &transport.Rebase{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, Base: service(func(req *http.Request) (*http.Response, error) {
		asked = req.URL.String()
		resp := answer(req, 200, "")
		resp.Header.Set("Content-Length", "1234")
		return resp, nil
	})}
	for address, want := range map[string]string{"https://graph.microsoft.com/v1.0/me": "http://127.0.0.1:1/v1.0/me", "https://files.example/x": "https://files.example/x"} {
		resp, err := rebase.RoundTrip(newRequest(t, "HEAD", address, nil))
		if err != nil || asked != want || resp.Header.Get("Content-Length") != "1234" {
			t.Errorf("%s: %v of %s, %v", address, resp, asked, err)
		}
	}
}
