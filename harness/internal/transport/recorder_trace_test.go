package transport_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// Who looks at a recording sees what is stored, and never what was sent.
func TestTraceOfARecording(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "real") }))
	defer server.Close()
	r, _ := recording(t, transport.RecorderOptions{Base: http.DefaultTransport, Redact: func(i *cassette.Interaction) (*cassette.Interaction, []byte) {
		stored := *i
		stored.Response.Body = "redacted"
		return &stored, nil
	}})
	var trace match.Trace
	req, err := http.NewRequestWithContext(match.WithTrace(context.Background(), &trace), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := r.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || string(body) != "real" {
		t.Errorf("%q, %v", body, err)
	}
	if trace.Stored == nil || trace.Stored.Response.Body != "redacted" || trace.Answer.Interaction != nil {
		t.Errorf("%+v", trace)
	}
}
