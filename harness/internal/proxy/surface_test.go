package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// pipes is a listener in memory.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{accept: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accept:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.accept <- server
	return client
}

// The secret of a session that a stranger must not see.
const canary = "Zanzibar4711"

// surface is a server of which another client has a session with the canary in it.
func surface(t testing.TB) (*pipes, string) {
	t.Helper()
	index, err := match.NewIndex(match.Rules{}, recorded("GET /v1.0/me", `{"n":1}`, "POST /v1.0/users", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	others, err := match.NewIndex(match.Rules{}, recorded("GET /v1.0/secret", `{"secret":"`+canary+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	reverse := proxy.NewReverse(newReplay(index), proxy.Options{
		Open: func(asked proxy.SessionRequest) (proxy.Use, error) {
			if len(asked.Cassettes) == 1 && asked.Cassettes[0] == "of another" {
				return newReplay(others), nil
			}
			return newReplay(index), nil
		},
	})
	reverse.SetMostBody(1 << 20)
	listener := newPipes()
	server := &http.Server{Handler: reverse, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	done := make(chan struct{})
	go func() {
		_ = server.Serve(listener)
		close(done)
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
		reverse.End(context.Background())
	})
	answer := exchange(t, listener, "POST /_graphvcr/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 26\r\nConnection: close\r\n\r\n"+`{"cassette": "of another"}`)
	_, after, ok := strings.Cut(answer, `"id":"`)
	if !ok {
		t.Fatal(answer)
	}
	id, _, _ := strings.Cut(after, `"`)
	if got := exchange(t, listener, "GET /_graphvcr/sessions/"+id+"/v1.0/secret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); !strings.Contains(got, canary) {
		t.Fatalf("its owner gets %s", got)
	}
	return listener, id
}

// exchange sends bytes, and reads until the server closes or a bound is reached.
func exchange(t testing.TB, p *pipes, sent string) string {
	t.Helper()
	conn := p.dial()
	go func() {
		_, _ = io.WriteString(conn, sent)
	}()
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	got, err := io.ReadAll(io.LimitReader(conn, 1<<20))
	conn.Close()
	if err != nil && !errors.Is(err, io.EOF) && len(got) == 0 {
		t.Logf("read: %v", err)
	}
	return string(got)
}

// TestBadInput: whatever a client sends has a clear answer, and the server goes on.
func TestBadInput(t *testing.T) {
	listener, _ := surface(t)
	const host = "Host: localhost\r\nConnection: close\r\n"
	tests := []struct{ name, sent, status, says string }{
		{"no HTTP", "hello\r\n\r\n", "400", ""},
		{"an oversize header", "GET /v1.0/me HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 100_000) + "\r\n\r\n", "431", ""},
		{"no host", "GET /v1.0/me HTTP/1.1\r\nConnection: close\r\n\r\n", "400", ""},
		{"another host", "GET /v1.0/me HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n", "421", "nothing is served under the name"},
		{"a hostile host", "GET /v1.0/me HTTP/1.1\r\nHost: 127.0.0.1\"<x>\r\nConnection: close\r\n\r\n", "400", ""},
		{"a page of another site", "GET /v1.0/me HTTP/1.1\r\n" + host + "Sec-Fetch-Site: cross-site\r\n\r\n", "403", "a page of another site"},
		{"a longer name", "GET /v1.0/me HTTP/1.1\r\nHost: localhost.example\r\nConnection: close\r\n\r\n", "421", "nothing is served under the name"},
		{"an address", "GET /v1.0/me HTTP/1.1\r\nHost: 10.0.0.1\r\nConnection: close\r\n\r\n", "421", "nothing is served under the name"},
		{"CONNECT", "CONNECT 10.0.0.1:443 HTTP/1.1\r\nHost: 10.0.0.1:443\r\nConnection: close\r\n\r\n", "405", "graphvcr exec"},
		{"a proxy's request", "GET http://169.254.169.254/latest HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n", "400", "graphvcr exec"},
		{"the server itself", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "200", ""},
		{"dots", "GET /v1.0/../../etc/passwd HTTP/1.1\r\n" + host + "\r\n", "400", "the segment . or .."},
		{"dots after a session", "GET /_graphvcr/sessions/x/../y/v1.0/me HTTP/1.1\r\n" + host + "\r\n", "400", "the segment . or .."},
		{"dots that are meant", "GET /v1.0/%2E%2E/me HTTP/1.1\r\n" + host + "\r\n", "501", "graphvcr.miss"},
		{"another session", "GET /_graphvcr/sessions/00000000000000000000000000000000/v1.0/secret HTTP/1.1\r\n" + host + "\r\n", "404", "graphvcr.session"},
		{"no session", "GET /_graphvcr/sessions//v1.0/secret HTTP/1.1\r\n" + host + "\r\n", "404", "graphvcr.session"},
		{"end of another session", "DELETE /_graphvcr/sessions/1 HTTP/1.1\r\n" + host + "\r\n", "404", "graphvcr.session"},
		{"no host in the path", "GET /_graphvcr/hosts/ HTTP/1.1\r\n" + host + "\r\n", "400", "is not a host"},
		{"a hidden host", "GET /_graphvcr/hosts/a%2Fb@c/x HTTP/1.1\r\n" + host + "\r\n", "400", "percent-encoded"},
		{"a hidden prefix", "GET /%5Fgraphvcr/hosts/a/x HTTP/1.1\r\n" + host + "\r\n", "400", "percent-encoded"},
		{"a bad escape", "GET /v1.0/%zz HTTP/1.1\r\n" + host + "\r\n", "400", ""},
		{"a wrong length", "POST /v1.0/users HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", "400", ""},
		{"two lengths", "POST /v1.0/users HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", "400", ""},
		{"a broken chunk", "POST /v1.0/users HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400", "broke off"},
		{"a body that never ends", "POST /v1.0/users HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1000\r\n"+strings.Repeat("x", 0x1000)+"\r\n", 512), "413", "larger than 1 MB"},
		{"a session request that is none", "POST /_graphvcr/sessions HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\n{[]", "400", "want {"},
		{"gzip that is none", "POST /v1.0/users HTTP/1.1\r\n" + host + "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", "501", "graphvcr.miss"},
	}
	for _, test := range tests {
		got := exchange(t, listener, test.sent)
		if !strings.HasPrefix(got, "HTTP/1.1 "+test.status+" ") || !strings.Contains(got, test.says) || strings.Contains(got, canary) {
			t.Errorf("%s: %.600s", test.name, got)
		}
		if got := exchange(t, listener, "GET /_graphvcr/health HTTP/1.1\r\n"+host+"\r\n"); !strings.Contains(got, `"status":"ok"`) {
			t.Fatalf("after %s: %s", test.name, got)
		}
	}
}

// TestClientsThatStall: half a request, and half a body, are given up after a while.
func TestClientsThatStall(t *testing.T) {
	index, err := match.NewIndex(match.Rules{}, recorded("GET /v1.0/me", `{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[string]string{
		"GET /v1.0/me HTTP/1.1\r\nHost: loc":                                                                             "",
		"POST /v1.0/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{":                                   "HTTP/1.1 400 ",
		"POST /v1.0/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{": "HTTP/1.1 400 ",
		"POST /_graphvcr/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{":                           "HTTP/1.1 400 ",
	} {
		synctest.Test(t, func(t *testing.T) {
			reverse := proxy.NewReverse(newReplay(index), proxy.Options{})
			listener := newPipes()
			server := &http.Server{Handler: reverse, ReadHeaderTimeout: 10 * time.Second}
			go func() { _ = server.Serve(listener) }()
			conn := listener.dial()
			began := time.Now()
			go func() { _, _ = io.WriteString(conn, sent) }()
			got, _ := io.ReadAll(conn)
			if took := time.Since(began); took > time.Minute || !strings.HasPrefix(string(got), want) {
				t.Errorf("%q: after %v: %q", sent, took, got)
			}
			conn.Close()
			server.Close()
			reverse.End(t.Context())
		})
	}
}

// FuzzSurface: whatever bytes come, the server answers HTTP or hangs up, goes on, and
// tells nobody of another's session.
func FuzzSurface(f *testing.F) {
	const tail = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	for _, seed := range []string{
		"GET /v1.0/me" + tail, "GET /_graphvcr/sessions/x/v1.0/secret" + tail, "GET /_graphvcr/hosts/a.b/c?d;e" + tail,
		"GET /_graphvcr/http-hosts/%41.b/c" + tail, "DELETE /_graphvcr/sessions/" + tail, "GET /_graphvcr/health" + tail,
		"POST /_graphvcr/sessions HTTP/1.1\r\nHost: [::1]:1\r\nContent-Length: 17\r\n\r\n{\"mode\":\"replay\"}",
		"POST /v1.0/users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"CONNECT a:1" + tail, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00", "GET /v1.0/%2e%2e/./.." + tail,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		listener, id := surface(t)
		if bytes.Contains(sent, []byte(id)) {
			t.Skip()
		}
		conn := listener.dial()
		go func() {
			_, _ = conn.Write(sent)
			time.AfterFunc(50*time.Millisecond, func() { conn.Close() }) // a client that sent all it had
		}()
		reader, answered := bufio.NewReader(conn), 0
		for {
			resp, err := http.ReadResponse(reader, nil)
			if err != nil {
				break
			}
			body, _ := io.ReadAll(resp.Body)
			if answered++; bytes.Contains(body, []byte(canary)) || strings.Contains(fmt.Sprint(resp.Header), id) {
				t.Fatalf("%q got another's %q", sent, body)
			}
			if resp.StatusCode == http.StatusInternalServerError {
				t.Fatalf("%q: %s", sent, body)
			}
		}
		if got := exchange(t, listener, "GET /_graphvcr/health"+tail); !strings.Contains(got, `"status":"ok"`) {
			t.Fatalf("after %q: %q", sent, got)
		}
	})
}
