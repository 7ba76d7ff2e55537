package proxy_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// through is a connection to a host through the proxy.
func (i *intercepting) through(t *testing.T, host string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", i.proxy)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "CONNECT %s:443 HTTP/1.1\r\nHost: x\r\n\r\n", host)
	answer := make([]byte, len("HTTP/1.1 200 Connection established\r\n\r\n"))
	if _, err := io.ReadFull(c, answer); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200 ") {
		t.Fatalf("%v: %s", err, answer)
	}
	return c
}

// TestBrokenHandshakes: a client that does not trust the certificate is reported with what
// it said or did, and none of its connections is a request.
func TestBrokenHandshakes(t *testing.T) {
	for name, c := range map[string]struct {
		client func(t *testing.T, i *intercepting)
		want   string // "": none is reported
		asked  int64
	}{
		"an alert": {func(t *testing.T, i *intercepting) {
			conn := tls.Client(i.through(t, "graph.microsoft.com"), &tls.Config{ServerName: "graph.microsoft.com", RootCAs: x509.NewCertPool()})
			if err := conn.Handshake(); err == nil {
				t.Error("it trusts whom it does not know")
			}
			conn.Close()
		}, "1 connection to graph.microsoft.com ended in the TLS handshake: the client said: bad certificate", 0},
		"an alert, redirected": {func(t *testing.T, i *intercepting) {
			if _, err := tls.Dial("tcp", i.tls, &tls.Config{ServerName: "graph.microsoft.com", RootCAs: x509.NewCertPool()}); err == nil {
				t.Error("it trusts whom it does not know")
			}
		}, "1 connection to graph.microsoft.com ended in the TLS handshake: the client said: bad certificate", 0},
		"no word": {func(t *testing.T, i *intercepting) {
			raw := i.through(t, "graph.microsoft.com")
			defer raw.Close()
			_ = tls.Client(raw, &tls.Config{ServerName: "graph.microsoft.com", InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error {
				raw.Close()
				return io.EOF
			}}).Handshake()
		}, "1 connection to graph.microsoft.com ended in the TLS handshake: the client closed it", 0},
		"after the handshake": {func(t *testing.T, i *intercepting) {
			conn := tls.Client(i.through(t, "graph.microsoft.com"), &tls.Config{ServerName: "graph.microsoft.com", RootCAs: i.roots})
			if err := conn.Handshake(); err != nil {
				t.Error(err)
			}
			conn.Close()
		}, "1 connection to graph.microsoft.com ended in the TLS handshake: closed after the handshake, before any request", 0},
		"one in advance": {func(t *testing.T, i *intercepting) {
			conn := tls.Client(i.through(t, "graph.microsoft.com"), &tls.Config{ServerName: "graph.microsoft.com", RootCAs: i.roots})
			if err := conn.Handshake(); err != nil {
				t.Error(err)
			}
			client := i.client(true)
			resp, err := client.Get("https://graph.microsoft.com/")
			body(t, resp, err)
			client.CloseIdleConnections()
			conn.Close()
		}, "", 1},
		"nothing sent": {func(t *testing.T, i *intercepting) { i.through(t, "graph.microsoft.com").Close() }, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			i := intercept(t, proxy.InterceptOptions{})
			c.client(t, i)
			_ = i.Shutdown(t.Context())
			var reported []string
			for _, b := range i.Broken() {
				reported = append(reported, b.String())
			}
			if got := strings.Join(reported, "\n"); got != c.want {
				t.Errorf("reported %q, want %q", got, c.want)
			}
			if n := i.Requests(); n != c.asked {
				t.Errorf("%d requests, want %d", n, c.asked)
			}
		})
	}
}

// TestListenerTellsOfHandshakes: the same for a server's own listener, which still answers
// who speaks plain HTTP to it.
func TestListenerTellsOfHandshakes(t *testing.T) {
	authority, err := ca.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reported := make(chan string, 1)
	contacts := &proxy.Handshakes{Failed: func(_, reason string) { reported <- reason }}
	server := &http.Server{Handler: contacts.Handler(echo), ConnContext: contacts.ConnContext}
	go func() { _ = server.Serve(contacts.Listener(l, authority.TLSConfig())) }()
	defer server.Close()

	if _, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: x509.NewCertPool()}); err == nil {
		t.Error("it trusts whom it does not know")
	}
	if reason := <-reported; reason != "the client said: bad certificate" {
		t.Errorf("reported %q", reason)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.PEM())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	resp, err := client.Get("https://" + l.Addr().String() + "/x")
	if got := body(t, resp, err); !strings.Contains(got, "HTTP/2.0") {
		t.Errorf("answered %s", got)
	}
	client.CloseIdleConnections()
	resp, err = http.Get("http://" + l.Addr().String())
	if got := body(t, resp, err); resp.StatusCode != 400 || !strings.Contains(got, "HTTPS server") {
		t.Errorf("plain HTTP: %s", got)
	}
	if broken := contacts.Broken(); len(broken) != 1 || broken[0].Connections != 2 {
		t.Errorf("%v", broken)
	}
}
