package conform_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
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
