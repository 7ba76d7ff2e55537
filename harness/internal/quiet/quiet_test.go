package quiet_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

const secret = "eyJhbGciOi-unsolicited-9f8e7d"

// unheard is a server that is not started yet and logs nothing: what is printed in these
// tests is the client's.
func unheard(h http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

// logged is what reaches the standard logger while a test runs.
func logged(t *testing.T) func() string {
	t.Helper()
	var mu sync.Mutex
	var text bytes.Buffer
	before := log.Writer()
	log.SetOutput(writer(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return text.Write(b)
	}))
	t.Cleanup(func() { log.SetOutput(before) })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// A chatty server answers each request, and goes on: at once, or when it is told to.
type chatty struct {
	listener net.Listener
	answer   string
	more     string        // with the answer
	later    chan struct{} // then, after it
	closed   chan struct{} // the client ended a connection
}

const surplus = "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + secret

func (c *chatty) serve(t *testing.T) {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			req := make([]byte, 4096)
			for {
				if _, err := conn.Read(req); err != nil {
					c.closed <- struct{}{}
					return
				}
				fmt.Fprint(conn, c.answer+c.more)
				if c.later != nil {
					<-c.later
					fmt.Fprint(conn, surplus)
				}
			}
		}()
	}
}

var answers = map[string]string{
	"length":   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\n" + strings.Repeat("a", 40),
	"short":    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
	"chunks":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n28\r\n" + strings.Repeat("b", 40) + "\r\n0\r\n\r\n",
	"trailer":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
	"no body":  "HTTP/1.1 204 No Content\r\nX-Long-Header: " + strings.Repeat("c", 200) + "\r\n\r\n",
	"continue": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
}

// A server that says more than it was asked ends a connection and prints nothing, whether
// the rest comes with the answer or after it, in plain text or not.
func TestUnsolicitedBytesAreNotPrinted(t *testing.T) {
	printed := logged(t)
	certified := httptest.NewTLSServer(nil)
	defer certified.Close()
	for name, answer := range answers {
		for _, secure := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, secure %t, later %t", name, secure, later), func(t *testing.T) {
					l, err := net.Listen("tcp", "127.0.0.1:0")
					if err != nil {
						t.Fatal(err)
					}
					scheme := "http://"
					if secure {
						l, scheme = tls.NewListener(l, &tls.Config{Certificates: certified.TLS.Certificates}), "https://"
					}
					defer l.Close()
					c := &chatty{listener: l, answer: answer, closed: make(chan struct{}, 4)}
					if later {
						c.later = make(chan struct{})
					} else {
						c.more = surplus
					}
					go c.serve(t)
					rt := quiet.Over(certified.Client().Transport).(*quiet.Transport)
					defer rt.CloseIdleConnections()
					for range 2 { // the second one on a connection of its own
						get(t, rt, scheme+l.Addr().String(), answer)
						if later {
							c.later <- struct{}{}
						}
						select {
						case <-c.closed:
						case <-time.After(10 * time.Second):
							t.Fatal("the connection goes on")
						}
					}
				})
			}
		}
	}
	if text := printed(); text != "" {
		t.Errorf("the standard logger printed %q", text)
	}
}

func get(t *testing.T, rt http.RoundTripper, address, answer string) {
	t.Helper()
	resp, body := exchange(t, rt, "GET", address, "")
	if resp == nil || strings.Contains(body, secret) || len(body) > 0 && !strings.Contains(answer, body[len(body)-3:]) {
		t.Fatalf("got %q", body)
	}
}

// exchange sends a request and reads its answer whole. What goes wrong is an error of the
// test, and the response then nil. Any goroutine may call it.
func exchange(t *testing.T, rt http.RoundTripper, method, address, sent string) (resp *http.Response, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(sent))
	if err != nil {
		t.Error(err)
		return nil, ""
	}
	if resp, err = rt.RoundTrip(req); err != nil {
		t.Error(err)
		return nil, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.Request != req {
		t.Errorf("got %d %q, %v, of the request that was sent: %t", resp.StatusCode, text, err, resp.Request == req)
		return nil, string(text)
	}
	return resp, string(text)
}

// What is not chatty is served as before: connections are used again, HTTP/2 is spoken where
// it was, bodies of any size come whole, through a proxy too.
func TestQuietConnectionsAreKept(t *testing.T) {
	printed := logged(t)
	for _, kind := range []string{"plain", "secure", "HTTP/2"} {
		t.Run(kind, func(t *testing.T) {
			var mu sync.Mutex
			conns := 0
			server := unheard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answerBack(w, r)
			}))
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				mu.Lock()
				defer mu.Unlock()
				if s == http.StateNew {
					conns++
				}
			}
			switch server.EnableHTTP2 = kind == "HTTP/2"; kind {
			case "plain":
				server.Start()
			default:
				server.StartTLS()
			}
			defer server.Close()
			rt := quiet.Over(server.Client().Transport).(*quiet.Transport)
			for n := range 40 {
				echo(t, rt, server.URL, strings.Repeat("x", n*n*n*3), kind == "HTTP/2")
			}
			mu.Lock()
			if conns != 1 {
				t.Errorf("%d connections", conns)
			}
			mu.Unlock()
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					for n := range 50 {
						echo(t, rt, server.URL, strings.Repeat("y", n*11), kind == "HTTP/2")
					}
				})
			}
			group.Wait()
			rt.CloseIdleConnections()
		})
	}
	if text := printed(); text != "" {
		t.Errorf("the standard logger printed %q", text)
	}
}

func answerBack(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(500)
	}
	_, _ = w.Write(body)
}

func echo(t *testing.T, rt http.RoundTripper, address, body string, two bool) {
	t.Helper()
	resp, got := exchange(t, rt, "POST", address, body)
	if resp != nil && (got != body || (resp.ProtoMajor == 2) != two) {
		t.Errorf("%s: got %d bytes of %d", resp.Proto, len(got), len(body))
	}
}

// A proxy of HTTP, and one that is only asked for a tunnel.
func TestThroughAProxy(t *testing.T) {
	for _, two := range []bool{false, true} {
		server := unheard(http.HandlerFunc(answerBack))
		server.EnableHTTP2 = two
		server.StartTLS()
		defer server.Close()
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			to, err := net.Dial("tcp", r.Host)
			if err != nil {
				t.Error(err)
				return
			}
			w.WriteHeader(200)
			from, began, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			go func() { _, _ = io.Copy(to, began); to.Close() }() // what came first may be read already
			_, _ = io.Copy(from, to)
			from.Close()
		}))
		defer proxy.Close()
		base := server.Client().Transport.(*http.Transport).Clone()
		at, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		base.Proxy = http.ProxyURL(at)
		rt := quiet.Over(base).(*quiet.Transport)
		for n := range 30 {
			echo(t, rt, server.URL, strings.Repeat("x", n*n*n), two)
		}
		rt.CloseIdleConnections()
	}
}

// Another kind of transport is left alone.
func TestQuietOfOthers(t *testing.T) {
	other := http.NewFileTransport(http.Dir("."))
	if quiet.Over(other) != other {
		t.Error("not the same")
	}
}

func BenchmarkQuiet(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Repeat("x", 4000)) }))
	defer server.Close()
	for name, rt := range map[string]http.RoundTripper{"as it is": http.DefaultTransport.(*http.Transport).Clone(), "quiet": quiet.Over(http.DefaultTransport)} {
		b.Run(name, func(b *testing.B) {
			client := http.Client{Transport: rt}
			for b.Loop() {
				resp, err := client.Get(server.URL)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
}
