package emulator_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// A stock client must not take its token along to the files host.
func TestStockClientFollowsARedirect(t *testing.T) {
	c := start(t, emulator.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "GET", c.e.GraphURL()+"/v1.0/me/drive/root:/notes.txt:/content", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(string(body), "Low water") {
		t.Errorf("status %d, error %v, body %s", resp.StatusCode, err, body)
	}
}

func TestTLS(t *testing.T) {
	borrowed := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer borrowed.Close()
	e, err := emulator.Start(t.Context(), emulator.Options{TLS: &tls.Config{Certificates: borrowed.TLS.Certificates}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	transport := borrowed.Client().Transport.(*http.Transport).Clone()
	transport.ForceAttemptHTTP2 = true
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(e.GraphURL() + "/v1.0/me")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	equal(t, "answer", resp.Proto+" "+resp.Status, "HTTP/2.0 401 Unauthorized")
}

func TestTheContextEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, err := emulator.Start(ctx, emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := e.Close(); err != nil { // waits for the servers
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(e.GraphURL(), "http://")); err == nil {
		conn.Close()
		t.Error("the server still listens")
	}
	if _, err := emulator.Start(ctx, emulator.Options{}); err == nil {
		t.Error("started under an ended context")
	}
}

func TestTransportKeepsTheRequest(t *testing.T) {
	c := start(t, emulator.Options{Hosts: emulator.RealNames()})
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://graph.microsoft.com/v1.0/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.e.Transport(nil).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	equal(t, "the request's address", req.URL.String()+req.Host, "https://graph.microsoft.com/v1.0/megraph.microsoft.com")
	equal(t, "the response's request", resp.Request, req)
}
