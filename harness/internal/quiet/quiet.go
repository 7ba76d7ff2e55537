package quiet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Transport is an http.Transport on quiet connections.
type Transport struct{ base *http.Transport }

// Over is New for an *http.Transport. Another opens no connections that this package could
// know of, and is returned itself.
func Over(rt http.RoundTripper) http.RoundTripper {
	if t, ok := rt.(*http.Transport); ok {
		return New(t)
	}
	return rt
}

// New is a transport as the given one, on connections of its own.
func New(given *http.Transport) *Transport {
	t := &Transport{given.Clone()}
	t.base.ReadBufferSize = 1 // see conn.Read
	// As net/http has it for a transport that nobody has made his own.
	//lint:ignore SA1019 a caller's transport may still have Dial and DialTLS
	dials := given.DialContext != nil || given.Dial != nil || given.DialTLS != nil || given.DialTLSContext != nil
	t.base.ForceAttemptHTTP2 = given.ForceAttemptHTTP2 || given.TLSClientConfig == nil && !dials && given.Protocols == nil
	//lint:ignore SA1019 as above
	dial := firstDial(t.base.DialContext, t.base.Dial, (&net.Dialer{}).DialContext)
	t.base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: c}, nil
	}
	secure := t.secureConfig()
	//lint:ignore SA1019 as above
	dialTLS := firstDial(t.base.DialTLSContext, t.base.DialTLS, func(ctx context.Context, network, addr string) (net.Conn, error) {
		return handshake(ctx, dial, secure, network, addr, t.base)
	})
	//lint:ignore SA1019 as above
	t.base.DialTLS = nil
	t.base.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dialTLS(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if secure, ok := c.(*tls.Conn); ok {
			if err := secure.HandshakeContext(ctx); err != nil {
				c.Close()
				return nil, err
			}
			if secure.ConnectionState().NegotiatedProtocol == "h2" {
				return c, nil // frames belong to a request or to none: none of their bytes is printed
			}
		}
		return &conn{Conn: c}, nil
	}
	return t
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// firstDial is the way to dial that a transport has, the newer one first.
func firstDial(dial dialFunc, old func(network, addr string) (net.Conn, error), fallback dialFunc) dialFunc {
	if dial == nil && old != nil {
		return func(_ context.Context, network, addr string) (net.Conn, error) { return old(network, addr) }
	} else if dial == nil {
		return fallback
	}
	return dial
}

// secureConfig is the TLS configuration with the protocols that the transport speaks.
func (t *Transport) secureConfig() *tls.Config {
	config := &tls.Config{}
	if t.base.TLSClientConfig != nil {
		config = t.base.TLSClientConfig.Clone()
	}
	speaksHTTP2 := t.base.ForceAttemptHTTP2
	if p := t.base.Protocols; p != nil {
		speaksHTTP2 = p.HTTP2()
	}
	if speaksHTTP2 && !slices.Contains(config.NextProtos, "h2") {
		config.NextProtos = append([]string{"h2", "http/1.1"}, config.NextProtos...)
	}
	return config
}

func handshake(ctx context.Context, dial dialFunc, config *tls.Config, network, addr string, t *http.Transport) (net.Conn, error) {
	if t.TLSHandshakeTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, t.TLSHandshakeTimeout)
		defer cancel()
	}
	c, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	own := config.Clone()
	if ctx.Value(onlyHTTP1{}) != nil {
		own.NextProtos = nil
	}
	if own.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			c.Close()
			return nil, err
		}
		own.ServerName = host
	}
	secure := tls.Client(c, own)
	if err := secure.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return secure, nil
}

// onlyHTTP1 marks the context of a request that changes the protocol of its connection.
type onlyHTTP1 struct{}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var used atomic.Pointer[use]
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			if c := quietConn(got.Conn); c != nil {
				used.Store(&use{c, c.begin()})
			}
		},
		PutIdleConn: func(error) {
			if u := used.Load(); u != nil {
				u.conn.end(u.number)
			}
		},
	})
	if req.Header.Get("Upgrade") != "" {
		ctx = context.WithValue(ctx, onlyHTTP1{}, true)
	}
	resp, err := t.base.RoundTrip(req.WithContext(ctx))
	if resp != nil {
		resp.Request = req
	}
	if err != nil && len(err.Error()) > mostSaid {
		err = &curt{err}
	}
	return resp, err
}

// mostSaid is how much an error may say: those of net/http quote what came in the place of
// an answer, all of it.
const mostSaid = 512

// curt is an error that said too much.
type curt struct{ error }

func (c *curt) Error() string {
	text := c.error.Error()
	return strings.ToValidUTF8(text[:mostSaid/2], "") + fmt.Sprintf("... (%d bytes more)", len(text)-mostSaid/2)
}

func (c *curt) Unwrap() error { return c.error }

// CloseIdleConnections closes what no request is under way on.
func (t *Transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// conn is a connection that requests are sent over, one after the other. What was read and
// not handed on yet is known, so that the rest of one answer never passes for the next.
type conn struct {
	net.Conn

	mu   sync.Mutex
	room [4 << 10]byte
	came []byte // not handed on yet
	err  error  // that came with it

	// Requests are numbered from 1 in the order in which they got the connection.
	begun, written, answered int64
}

// use is a request's time on a connection.
type use struct {
	conn   *conn
	number int64
}

// quietConn finds the conn below a connection, below TLS too; nil where there is none. Of
// HTTP/2 there is none: its frames belong to a request or to none, and none of their bytes
// is printed.
func quietConn(c net.Conn) *conn {
	if secure, ok := c.(*tls.Conn); ok {
		if secure.ConnectionState().NegotiatedProtocol == "h2" {
			return nil
		}
		c = secure.NetConn()
	}
	own, _ := c.(*conn)
	return own
}

// begin says that a request has got the connection, and numbers it.
func (c *conn) begin() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun++
	return c.begun
}

// end says that a request has its answer.
func (c *conn) end(number int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = max(c.answered, number)
}

// smallest is the size of the smallest buffer that net/http reads with, which
// Transport.ReadBufferSize asks for.
const smallest = 16

// errSurplus is why a request is not written to a connection. net/http sends it over another
// where it can.
var errSurplus = errors.New("more came over the connection than was asked for")

// Read fills net/http's buffer byte by byte, so that it never holds what stands behind an
// answer: heads are read by line, and bodies past the buffer, to their length. What comes
// while no request has been written is the end of the connection. One goroutine reads.
func (c *conn) Read(b []byte) (int, error) {
	if len(b) <= smallest && len(b) > 1 {
		b = b[:1]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.came) == 0 && c.err == nil {
		into := c.room[:]
		if len(b) > len(into) { // of a body: it need not be copied
			into = b
		}
		c.mu.Unlock()
		n, err := c.Conn.Read(into)
		c.mu.Lock()
		c.came, c.err = into[:n], err
	}
	if len(c.came) == 0 {
		err := c.err
		c.err = nil
		return 0, err
	}
	if c.unasked() {
		c.Close()
		return 0, io.EOF
	}
	n := copy(b, c.came)
	c.came = c.came[n:]
	return n, nil
}

// unasked reports whether every request that was written has its answer.
func (c *conn) unasked() bool { return c.written > 0 && c.written <= c.answered }

// Write refuses the beginning of a request where something of the last answer is left.
func (c *conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	surplus := c.written != c.begun && len(c.came) > 0
	if !surplus {
		c.written = c.begun
	}
	c.mu.Unlock()
	if surplus {
		c.Close()
		return 0, errSurplus
	}
	return c.Conn.Write(b)
}
