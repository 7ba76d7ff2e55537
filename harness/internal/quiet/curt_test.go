package quiet_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

// TestErrorsAreShort: what comes in the place of an answer is not quoted at length.
func TestErrorsAreShort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := l.Accept(); err == nil {
			_, _ = conn.Read(make([]byte, 1024))
			_, _ = conn.Write([]byte(strings.Repeat("x", 1<<20) + "secret\r\n\r\n"))
			conn.Close()
		}
	}()
	defer func() { l.Close(); <-done }()
	resp, err := quiet.Over(&http.Transport{}).RoundTrip(httpGet(t, "http://"+l.Addr().String()))
	if err == nil {
		resp.Body.Close()
		t.Fatal("garbage was taken for an answer")
	}
	if text := err.Error(); len(text) > 1000 || !strings.Contains(text, "malformed HTTP") {
		t.Errorf("%d bytes: %.300s", len(text), text)
	}
}

func httpGet(t *testing.T, url string) *http.Request {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}
