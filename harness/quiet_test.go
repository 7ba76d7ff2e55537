package harness_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

// While a test records, what the service says beyond its answers is neither printed, to the
// logger of the test's own program, nor stored; and an image that is text is recorded, with
// content off.
func TestOpenPrintsNothing(t *testing.T) {
	var mu sync.Mutex
	var printed bytes.Buffer
	before := log.Writer()
	log.SetOutput(lockedWriter{&mu, &printed})
	defer log.SetOutput(before)
	service := chattyService(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte("redact:\n  content: off\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_MODE", "record")
	told, failed := probed(t, func(t testing.TB) {
		s := harness.Open(t, "chatty", harness.Dir(dir), harness.WithTransport(&http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, service)
			},
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the service is of this test
		}))
		for n := range 5 {
			resp, err := s.Client().Get(fmt.Sprintf("https://graph.microsoft.com/v1.0/me/photos/%d", n))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || !strings.HasPrefix(string(body), "<svg") || strings.Contains(string(body), "nsolicited") {
				t.Errorf("got %q, %v", body, err)
			}
		}
	})
	text, err := os.ReadFile(filepath.Join(dir, "chatty.yaml"))
	if err != nil || failed {
		t.Fatal(told, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if printed.Len() > 0 || strings.Contains(told, "nsolicited") {
		t.Errorf("printed %q, told %q", printed.String(), told)
	}
	if !strings.Contains(string(text), "<svg><text>user1-") || strings.Contains(string(text), "nsolicited") {
		t.Errorf("recorded\n%s", text)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// chattyService is the address of one that says more than it is asked.
func chattyService(t *testing.T) string {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				requests := bufio.NewReader(conn)
				for {
					if _, err := http.ReadRequest(requests); err != nil {
						return
					}
					const svg = "<svg><text>adele@fabrikam.com</text></svg>"
					fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: %d\r\n\r\n%sunsolicited-secret-9f8e7d", len(svg), svg)
				}
			}()
		}
	}()
	return l.Addr().String()
}
