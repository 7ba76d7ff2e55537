package quiet

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
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
	if t.base.DialContext == nil {
		t.base.DialContext = dialer(t.base)
	}
	dial := t.base.DialContext
	t.base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: c}, nil
	}
	dialTLS := t.base.DialTLSContext
	//lint:ignore SA1019 as above
	if old := t.base.DialTLS; dialTLS == nil && old != nil {
		dialTLS = func(_ context.Context, network, addr string) (net.Conn, error) { return old(network, addr) }
	}
	if dialTLS == nil {
		secure := t.secureConfig()
		dialTLS = func(ctx context.Context, network, addr string) (net.Conn, error) {
			return handshake(ctx, dial, secure, network, addr, t.base)
		}
	}
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

func dialer(t *http.Transport) func(context.Context, string, string) (net.Conn, error) {
	//lint:ignore SA1019 as above
	if old := t.Dial; old != nil {
		return func(_ context.Context, network, addr string) (net.Conn, error) { return old(network, addr) }
	}
	return (&net.Dialer{}).DialContext
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

func handshake(ctx context.Context, dial func(context.Context, string, string) (net.Conn, error), config *tls.Config, network, addr string, t *http.Transport) (net.Conn, error) {
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
