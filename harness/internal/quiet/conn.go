package quiet

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
)

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
