package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// An arrival is an intercepted connection and where it was meant for.
type arrival struct {
	net.Conn
	read       io.Reader // what was read ahead, then the connection
	host, port string

	heard []byte      // the end of what the client has sent of the handshake
	met   bool        // the handshake is done
	used  atomic.Bool // a request came over it
}

type arrivalKey struct{}

func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.read.Read(p)
	if !a.met { // then nobody asks any more
		a.heard = append(a.heard, p[max(0, n-alertRecord):max(0, n)]...)
		a.heard = a.heard[max(0, len(a.heard)-alertRecord):]
	}
	return n, err
}

// named is where it was meant for.
func (a *arrival) named() string { return named(a.host, a.port) }

// arrivalOf is what lies below a connection that inner serves.
func arrivalOf(c net.Conn) *arrival {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	a, _ := c.(*arrival)
	return a
}

// tlsHandshake is the first byte of a TLS connection (RFC 8446, 5.1).
const tlsHandshake = 22

// accept looks whether a client speaks TLS, and gives its connection to the server that
// answers for its host.
func (i *Intercept) accept(a *arrival) {
	defer closeWith(i.over, a.Conn)()
	ahead := bufio.NewReaderSize(a.read, 1) // 16 bytes at least
	_ = a.SetReadDeadline(time.Now().Add(patience))
	first, err := ahead.Peek(1)
	_ = a.SetReadDeadline(time.Time{})
	a.read = ahead
	switch {
	case err != nil:
		a.Close()
	case first[0] == tlsHandshake:
		i.encrypt(a)
	default:
		i.accepted.put(a)
	}
}

// encrypt does the handshake of an open connection, and serves it.
func (i *Intercept) encrypt(a *arrival) {
	if conn := i.contacts.meet(a, i.tls); conn != nil {
		i.accepted.put(conn)
	}
}

// closeWith closes a listener or a connection when all is over, unless it is stopped before.
func closeWith(over context.Context, c io.Closer) (stop func() bool) {
	return context.AfterFunc(over, func() { c.Close() })
}

// splice passes bytes between two connections until both sides are done.
func splice(over context.Context, near *arrival, far net.Conn) {
	defer near.Close()
	defer far.Close()
	defer closeWith(over, near.Conn)()
	defer closeWith(over, far)()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(far, near.read)
		closeWrite(far)
	}()
	_, _ = io.Copy(near.Conn, far)
	closeWrite(near.Conn)
	<-done
}

// closeWrite says to the other side that no more will come, and goes on listening.
func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	} else {
		c.Close()
	}
}

// ServeTLS takes connections that clients believe to be to the hosts that they name in
// TLS's server name, on port 443: something else redirects them. It ends with its
// listener or with Shutdown.
func (i *Intercept) ServeTLS(l net.Listener) error {
	defer closeWith(i.over, l)()
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go i.redirected(c)
	}
}

// redirected routes a connection by its server name.
func (i *Intercept) redirected(c net.Conn) {
	defer closeWith(i.over, c)()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	name, read, err := serverName(c)
	_ = c.SetReadDeadline(time.Time{})
	if err != nil || name == "" {
		c.Close() // nobody can be answered: it is no TLS, or one without a name
		return
	}
	a := &arrival{Conn: c, read: read, host: name, port: "443"}
	if i.opts.Intercepts(a.named()) {
		i.encrypt(a)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	far, err := i.opts.reach(ctx, i.opts.DialRedirected, name, "443")
	if err != nil {
		c.Close()
		return
	}
	splice(i.over, a, far)
}

// errSeen ends a handshake once the client's first message is read.
var errSeen = errors.New("seen")

// serverName reads the server name of a TLS connection, and returns what reads the
// connection from its beginning all the same.
func serverName(c net.Conn) (name string, read io.Reader, err error) {
	var seen bytes.Buffer
	hello := tls.Server(readOnly{c, io.TeeReader(c, &seen)}, &tls.Config{
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			name = hello.ServerName
			return nil, errSeen
		},
	})
	if err := hello.Handshake(); !errors.Is(err, errSeen) {
		return "", nil, err
	}
	return name, io.MultiReader(&seen, c), nil
}

// readOnly is a connection that swallows what is written to it.
type readOnly struct {
	net.Conn
	read io.Reader
}

func (c readOnly) Read(p []byte) (int, error) { return c.read.Read(p) }

func (readOnly) Write(p []byte) (int, error) { return len(p), nil }

// A feed is a listener whose connections are put into it. It may stand before another, which
// they come from; else it has no address, for which http.Server does not ask.
type feed struct {
	net.Listener
	conns  chan net.Conn
	closed context.Context
	close  context.CancelFunc
}

func newFeed(from net.Listener) *feed {
	f := &feed{Listener: from, conns: make(chan net.Conn)}
	f.closed, f.close = context.WithCancel(context.Background())
	return f
}

func (f *feed) put(c net.Conn) {
	select {
	case f.conns <- c:
	case <-f.closed.Done():
		c.Close()
	}
}

func (f *feed) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.closed.Done():
		return nil, net.ErrClosed
	}
}

func (f *feed) Close() error {
	f.close()
	if f.Listener == nil {
		return nil
	}
	return f.Listener.Close()
}
