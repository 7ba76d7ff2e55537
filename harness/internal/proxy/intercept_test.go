package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// intercepting is an intercepting proxy under test.
type intercepting struct {
	*proxy.Intercept
	proxy, tls string // its addresses
	roots      *x509.CertPool
}

// echo answers with the request as it arrived.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s host=%s %s %q", r.Method, r.URL, r.Host, r.Proto, body)
})

func intercept(t testing.TB, o proxy.InterceptOptions) *intercepting {
	t.Helper()
	var err error
	if o.Authority, err = ca.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if o.Handler == nil {
		o.Handler = echo
	}
	if o.Intercepts == nil {
		o.Intercepts = func(string) bool { return true }
	}
	if o.DialRedirected == nil {
		o.DialRedirected = o.Dial
	}
	i := &intercepting{Intercept: proxy.NewIntercept(o), roots: x509.NewCertPool()}
	i.roots.AppendCertsFromPEM(o.Authority.PEM())
	var serving sync.WaitGroup
	for at, serve := range map[*string]func(net.Listener) error{&i.proxy: i.Serve, &i.tls: i.ServeTLS} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		*at = l.Addr().String()
		serving.Go(func() {
			if err := serve(l); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_ = i.Shutdown(ctx) // clients may still hold connections
		serving.Wait()
	})
	return i
}

// client goes through the proxy.
func (i *intercepting) client(h2 bool) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:             http.ProxyURL(&url.URL{Scheme: "http", Host: i.proxy}),
		TLSClientConfig:   &tls.Config{RootCAs: i.roots},
		ForceAttemptHTTP2: h2,
	}}
}

func body(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func only(hosts ...string) func(string) bool {
	return func(host string) bool {
		for _, h := range hosts {
			if h == host {
				return true
			}
		}
		return false
	}
}

func TestInterceptsBothProtocols(t *testing.T) {
	i := intercept(t, proxy.InterceptOptions{})
	for proto, client := range map[string]*http.Client{"HTTP/1.1": i.client(false), "HTTP/2.0": i.client(true)} {
		resp, err := client.Post("https://Graph.microsoft.com/v1.0/items/root%3A%2Fa;b?$filter=a;b&x", "text/plain", strings.NewReader("sent"))
		want := `POST https://graph.microsoft.com/v1.0/items/root%3A%2Fa;b?$filter=a;b&x host=graph.microsoft.com ` + proto + ` "sent"`
		if got := body(t, resp, err); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		resp, err = client.Get("https://files.example:8443/")
		if got := body(t, resp, err); !strings.HasPrefix(got, "GET https://files.example:8443/ host=files.example:8443") {
			t.Errorf("another port: %s", got)
		}
		client.CloseIdleConnections()
	}
	resp, err := i.client(false).Get("http://plain.example/x")
	if got := body(t, resp, err); got != `GET http://plain.example/x host=plain.example HTTP/1.1 ""` {
		t.Errorf("plain: %s", got)
	}
	if n := i.Requests(); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
	if broken := i.Broken(); broken != nil {
		t.Errorf("came to nothing: %v", broken)
	}
}

// speak sends bytes to an address and returns the status line of what comes back.
func speak(t *testing.T, addr, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		return err.Error()
	}
	line, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line)
}

func TestOddWaysIn(t *testing.T) {
	i := intercept(t, proxy.InterceptOptions{Intercepts: only("graph.microsoft.com", "graph.microsoft.com:81")})
	huge := "GET http://graph.microsoft.com/ HTTP/1.1\r\nX: " + strings.Repeat("x", 2<<20) + "\r\n\r\n"
	for text, want := range map[string]string{
		"GET https://graph.microsoft.com/me HTTP/1.1\r\nHost: x\r\n\r\n":                                                   "HTTP/1.1 200 OK", // as axios does
		"GET /me HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n":                                                            "HTTP/1.1 200 OK", // redirected
		"GET /me HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n":                                                                   "HTTP/1.1 400 Bad Request",
		"GET /me HTTP/1.0\r\n\r\n":                                                                                         "HTTP/1.0 400 Bad Request",
		"GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n":                                                            "HTTP/1.1 403 Forbidden",
		"CONNECT other.example:443 HTTP/1.1\r\nHost: x\r\n\r\n":                                                            "HTTP/1.1 403 Forbidden",
		"CONNECT graph.microsoft.com HTTP/1.1\r\nHost: x\r\n\r\n":                                                          "HTTP/1.1 400 Bad Request",
		"CONNECT graph.microsoft.com:0 HTTP/1.1\r\nHost: x\r\n\r\n":                                                        "HTTP/1.1 400 Bad Request",
		"CONNECT :443 HTTP/1.1\r\nHost: x\r\n\r\n":                                                                         "HTTP/1.1 400 Bad Request",
		"CONNECT graph.microsoft.com:99999 HTTP/1.1\r\nHost: x\r\n\r\n":                                                    "HTTP/1.1 400 Bad Request",
		"CONNECT graph.microsoft.com:81 HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: graph.microsoft.com:81\r\n\r\n": "HTTP/1.1 200 Connection established",
		"\x16\x03\x01\x00\x05hello\r\n\r\n":                                                                                "HTTP/1.1 400 Bad Request",
		huge:                                                                                                               "HTTP/1.1 431 Request Header Fields Too Large",
	} {
		if got := speak(t, i.proxy, text); got != want {
			t.Errorf("%.60q: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"GET / HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n", "\x16\x03\x01\xff\xff\x01", "\x16\x03\x01\x00\x00"} {
		if got := speak(t, i.tls, text+strings.Repeat("\x00", 70_000)); strings.HasPrefix(got, "HTTP/1.1 200") {
			t.Errorf("the TLS port answered %q to %q", got, text)
		}
	}
}

// over opens a TLS connection to a host through the proxy.
func (i *intercepting) over(t *testing.T, target, sni string) (*tls.Conn, error) {
	t.Helper()
	c, err := net.Dial("tcp", i.proxy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("CONNECT %s: %v, %v", target, resp, err)
	}
	secure := tls.Client(c, &tls.Config{RootCAs: i.roots, ServerName: sni})
	return secure, secure.Handshake()
}

func TestConnectionsKeepToTheirHost(t *testing.T) {
	i := intercept(t, proxy.InterceptOptions{Intercepts: only("graph.microsoft.com", "192.0.2.1")})
	c, err := i.over(t, "192.0.2.1:443", "graph.microsoft.com") // a client that looked the name up itself
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"graph.microsoft.com:443": 200, "login.example": 421} {
		fmt.Fprintf(c, "GET /me HTTP/1.1\r\nHost: %s\r\n\r\n", host)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != want {
			t.Errorf("Host %s: %d, want %d (%v)", host, resp.StatusCode, want, err)
		}
	}
	if _, err := i.over(t, "graph.microsoft.com:443", "evil.example"); err == nil {
		t.Error("a certificate for a host that is not intercepted")
	}
}

// TestOthersAreTunnelled: what is not intercepted passes unread, whichever way it came.
func TestOthersAreTunnelled(t *testing.T) {
	far := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "far "+r.Host) }))
	t.Cleanup(far.Close)
	farPlain := httptest.NewServer(far.Config.Handler)
	t.Cleanup(farPlain.Close)
	var mu sync.Mutex
	var dialled []string
	i := intercept(t, proxy.InterceptOptions{Intercepts: only("graph.microsoft.com"), Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		mu.Lock()
		dialled = append(dialled, addr)
		mu.Unlock()
		switch addr {
		case "example.com:443":
			addr = far.Listener.Addr().String()
		case "example.com:80":
			addr = farPlain.Listener.Addr().String()
		default:
			return nil, &proxy.Failure{Status: 403, Code: "graphvcr.private", Message: "no"}
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}})
	trusting := i.client(false)
	trusting.Transport.(*http.Transport).TLSClientConfig.RootCAs = far.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	resp, err := trusting.Get("https://example.com/")
	if got := body(t, resp, err); got != "far example.com" {
		t.Errorf("tunnelled: %q", got)
	}
	resp, err = trusting.Get("http://example.com/")
	if got := body(t, resp, err); got != "far example.com" {
		t.Errorf("plain: %q", got)
	}
	redirected := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, i.tls)
		},
		TLSClientConfig: trusting.Transport.(*http.Transport).TLSClientConfig,
	}}
	resp, err = redirected.Get("https://example.com/")
	if got := body(t, resp, err); got != "far example.com" {
		t.Errorf("redirected: %q", got)
	}
	if got := speak(t, i.proxy, "CONNECT 10.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n"); got != "HTTP/1.1 403 Forbidden" {
		t.Errorf("refused: %q", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if got := fmt.Sprint(dialled); got != "[example.com:443 example.com:80 example.com:443 10.0.0.1:22]" {
		t.Errorf("dialled %s", got)
	}
}

func TestRedirectedConnectionsAreIntercepted(t *testing.T) {
	i := intercept(t, proxy.InterceptOptions{})
	for _, h2 := range []bool{false, true} {
		client := &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, i.tls)
			},
			TLSClientConfig: &tls.Config{RootCAs: i.roots}, ForceAttemptHTTP2: h2,
		}}
		resp, err := client.Get("https://graph.microsoft.com/me")
		if got := body(t, resp, err); !strings.HasPrefix(got, "GET https://graph.microsoft.com/me host=graph.microsoft.com") {
			t.Errorf("%s", got)
		}
		client.CloseIdleConnections()
	}
}

// TestMissThroughIntercept: a miss is answered 501, once.
func TestMissThroughIntercept(t *testing.T) {
	asked := 0
	i := intercept(t, proxy.InterceptOptions{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxy.Forward(w, r, roundTripper(func(*http.Request) (*http.Response, error) {
			asked++
			return nil, &proxy.Failure{Status: 501, Code: "graphvcr.miss", Message: "none"}
		}))
	})})
	resp, err := i.client(true).Get("https://graph.microsoft.com/me")
	if got := body(t, resp, err); resp.StatusCode != 501 || !strings.Contains(got, `"code":"graphvcr.miss"`) || asked != 1 {
		t.Errorf("%d %s, asked %d times", resp.StatusCode, got, asked)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestShutdownEndsEverything: no connection outlives the proxy.
func TestShutdownEndsEverything(t *testing.T) {
	i := intercept(t, proxy.InterceptOptions{})
	var open []net.Conn
	for addr, text := range map[string]string{i.proxy: "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", i.tls: "\x16"} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, text)
		if addr == i.proxy {
			if _, err := io.ReadFull(c, make([]byte, len("HTTP/1.1 200 "))); err != nil {
				t.Fatal(err)
			}
		}
		open = append(open, c)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_ = i.Shutdown(ctx)
	for _, c := range open {
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, c); errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			t.Errorf("a connection is still open: %v", err)
		}
	}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// FuzzIntercept sends anything to either port, also within a connection that CONNECT
// made: there is an answer or an end, and no crash.
func FuzzIntercept(f *testing.F) {
	for _, seed := range []string{
		"CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: x\r\n\r\n\x16\x03\x01\x00\x05",
		"CONNECT graph.microsoft.com:80 HTTP/1.1\r\n\r\nGET /\x00 HTTP/1.1\r\n\r\n",
		"CONNECT graph.microsoft.com:80 HTTP/1.1\r\nHost: x\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"CONNECT [::1",
		"GET http://graph.microsoft.com/%zz HTTP/1.1\r\nHost: [\r\n\r\n",
		"POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"", "\r\n\r\n", "\x05\x01\x00",
	} {
		f.Add([]byte(seed))
	}
	i := intercept(f, proxy.InterceptOptions{Intercepts: only("graph.microsoft.com", "a"), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Scheme == "" || r.URL.Host == "" {
			f.Errorf("no address: %v", r.URL)
		}
		echo(w, r)
	})})
	f.Fuzz(func(t *testing.T, sent []byte) {
		for _, addr := range []string{i.proxy, i.tls} {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = io.Copy(c, bytes.NewReader(sent))
			_ = c.(*net.TCPConn).CloseWrite()
			if _, err := io.Copy(io.Discard, c); isTimeout(err) {
				t.Errorf("no end to %q at %s", sent, addr)
			}
			c.Close()
		}
	})
}
