package quiet

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"sync/atomic"
)

// conn is a connection that requests are sent over, one after the other.
type conn struct {
	net.Conn
	in *bufio.Reader

	requests atomic.Int64 // begun so far
	ended    atomic.Int64 // the number of the last one that ended
}

// use is a request's time on a connection.
type use struct {
	conn   *conn
	number int64
}

func newConn(c net.Conn) *conn { return &conn{Conn: c, in: bufio.NewReader(c)} }

// quietConn finds what newConn returned, below TLS too; nil where there is none.
func quietConn(c net.Conn) *conn {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	own, _ := c.(*conn)
	return own
}

// begin says that a request is under way, and numbers it.
func (c *conn) begin() int64 { return c.requests.Add(1) }

// end says that a request has its answer. Where the next one is under way already, it says
// nothing.
func (c *conn) end(number int64) { c.ended.Store(number) }

// idle reports whether no request is under way.
func (c *conn) idle() bool {
	n := c.requests.Load()
	return n > 0 && n == c.ended.Load()
}

// smallest is the size of the smallest buffer that net/http reads with, which
// Transport.ReadBufferSize asks for.
const smallest = 16

// Read fills net/http's buffer byte by byte, so that it never holds what stands behind an
// answer: heads are read by line, and bodies past the buffer, to their length. What comes
// between two requests is the end of the connection.
func (c *conn) Read(b []byte) (int, error) {
	if len(b) <= smallest && len(b) > 1 {
		b = b[:1]
	}
	n, err := c.in.Read(b)
	if n > 0 && c.idle() {
		c.Close()
		return 0, io.EOF
	}
	return n, err
}
