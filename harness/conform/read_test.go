package conform_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
)

// A client that asks for gzip itself has the answer compressed, and kiota compresses
// what it sends: both are judged by what they hold, and the client reads what came.
func TestReadDecodes(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(w, `{"id":"1"}`); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}
	req, err := http.NewRequestWithContext(t.Context(), "POST", "https://graph.microsoft.com/v1.0/users", strings.NewReader(zipped.String()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp := &http.Response{Request: req, StatusCode: 201, Header: header, Body: io.NopCloser(bytes.NewReader(zipped.Bytes()))}
	exchange, err := conform.Read(resp)
	if err != nil {
		t.Fatal(err)
	}
	for what, body := range map[string]conform.Body{"answer": exchange.Answer, "request": exchange.Request} {
		if body.Text != `{"id":"1"}` || !body.IsJSON {
			t.Errorf("the %s is %q", what, body.Text)
		}
	}
	if left, _ := io.ReadAll(resp.Body); !bytes.Equal(left, zipped.Bytes()) {
		t.Errorf("the client reads %q", left)
	}
}

// TestReadHasAnEnd: an answer that is larger than is judged is the caller's all the same.
func TestReadHasAnEnd(t *testing.T) {
	const size = 65 << 20
	resp := &http.Response{
		StatusCode: 200, Header: http.Header{}, Request: &http.Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: "graph.microsoft.com", Path: "/v1.0/me"}},
		Body: io.NopCloser(io.LimitReader(spaces{}, size)), ContentLength: -1,
	}
	if _, err := conform.Read(resp); err == nil || !strings.Contains(err.Error(), "64 MB") {
		t.Error(err)
	}
	if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
		t.Errorf("%d bytes are left, %v", n, err)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
