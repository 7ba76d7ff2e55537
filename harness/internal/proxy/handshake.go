package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// A BrokenContact is a host to which clients opened TLS connections that came to nothing.
type BrokenContact struct {
	Host        string
	Connections int
	Reasons     []string // what the clients said or did, the most frequent first
}

// Handshakes does the handshakes of connections and keeps account of those that clients
// end in them: they do not trust the certificate, as a rule, and may not say so.
// The zero value is ready.
type Handshakes struct {
	// Failed is called at once for each that failed; it may be nil.
	Failed func(host, reason string)

	mu    sync.Mutex
	hosts map[string]*tally

	open atomic.Int64 // handshakes under way
}

// A tally is what came of the connections to a host.
type tally struct {
	met, used int // connections whose handshake succeeded; those that had a request
	broken    map[string]int
}

// mostTallied bounds the hosts that are kept account of.
const mostTallied = 1000

// of is the tally of a host. It is called with the lock held.
func (h *Handshakes) of(host string) *tally {
	t := h.hosts[host]
	if t == nil {
		t = &tally{broken: map[string]int{}}
		if h.hosts == nil {
			h.hosts = map[string]*tally{}
		}
		if len(h.hosts) < mostTallied {
			h.hosts[host] = t
		}
	}
	return t
}

// meet does the handshake of a connection, and returns nil where that failed.
func (h *Handshakes) meet(a *arrival, config *tls.Config) *tls.Conn {
	h.open.Add(1)
	defer h.open.Add(-1)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn := tls.Server(a, config)
	err := conn.HandshakeContext(ctx)
	a.met = err == nil
	h.note(a, err) // before a client that is answered can ask
	if err != nil {
		answerPlain(err)
		conn.Close()
		return nil
	}
	return conn
}

// note keeps account of a handshake that is over. A connection over which nothing came
// is none: it was opened in advance.
func (h *Handshakes) note(a *arrival, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil:
		h.of(a.named()).met++
	case len(a.heard) > 0:
		reason := reasonOf(a, err)
		h.of(a.named()).broken[reason]++
		if h.Failed != nil {
			h.Failed(a.named(), reason)
		}
	}
}

// answerPlain answers a client that speaks plain HTTP to TLS, as net/http does.
func answerPlain(err error) {
	var record tls.RecordHeaderError
	if !errors.As(err, &record) || record.Conn == nil {
		return
	}
	switch string(record.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "PATCH", "DELET", "OPTIO":
		_, _ = io.WriteString(record.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
	}
}

// ConnContext is for a server of such connections (http.Server's ConnContext).
func (*Handshakes) ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, arrivalKey{}, arrivalOf(c))
}

// Handler notes the requests, and hands them on.
func (h *Handshakes) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, _ := r.Context().Value(arrivalKey{}).(*arrival)
		h.asked(a)
		next.ServeHTTP(w, r)
	})
}

// asked notes a request over a connection.
func (h *Handshakes) asked(a *arrival) {
	if a == nil || !a.met || a.used.Swap(true) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of(a.named()).used++
}

// unused is what a client did that looked at the certificate when the handshake was
// over, as Node does. Others open connections beyond their need: it counts only where
// the host got no request at all.
const unused = "closed after the handshake, before any request"

// Broken lists the hosts to which connections came to nothing, by name.
func (h *Handshakes) Broken() []BrokenContact {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []BrokenContact
	for _, host := range slices.Sorted(maps.Keys(h.hosts)) {
		t := h.hosts[host]
		counts := maps.Clone(t.broken)
		if t.used == 0 && t.met > 0 {
			counts[unused] = t.met
		}
		b := BrokenContact{Host: host, Reasons: slices.Collect(maps.Keys(counts))}
		for _, n := range counts {
			b.Connections += n
		}
		slices.SortFunc(b.Reasons, func(x, y string) int { return cmp.Or(counts[y]-counts[x], strings.Compare(x, y)) })
		if b.Connections > 0 {
			all = append(all, b)
		}
	}
	return all
}

// String says so in a few words.
func (b BrokenContact) String() string {
	return fmt.Sprintf("%s to %s ended in the TLS handshake: %s", fault.Count(b.Connections, "connection"), b.Host, strings.Join(b.Reasons, "; "))
}

// reasonOf is why a handshake failed: the client's alert (RFC 8446, 6), or what it did.
func reasonOf(a *arrival, err error) string {
	const said = "the client said: "
	var remote *net.OpError
	alert, plain := plainAlert(a.heard)
	switch {
	case plain:
		return said + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.As(err, &remote) && remote.Op == "remote error":
		return said + strings.TrimPrefix(remote.Err.Error(), "tls: ")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the client closed it"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "the client sent no more"
	}
	return err.Error()
}

// alertRecord is the length of a record that holds an alert as it is.
const alertRecord = 7

// plainAlert is the alert that ends what a client has sent unencrypted: OpenSSL does so
// also where the server waits for encrypted records, and crypto/tls calls that a bad one.
func plainAlert(end []byte) (tls.AlertError, bool) {
	if len(end) != alertRecord || end[0] != 21 || end[1] != 3 || end[3] != 0 || end[4] != 2 || end[5] == 0 || end[5] > 2 {
		return 0, false
	}
	return tls.AlertError(end[6]), true
}

// Listener is a listener for TLS, for a server with ConnContext and Handler.
func (h *Handshakes) Listener(l net.Listener, config *tls.Config) net.Listener {
	met := newFeed(l)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				met.Close()
				return
			}
			go func() {
				a := &arrival{Conn: c, read: c}
				a.host, a.port, _ = net.SplitHostPort(l.Addr().String())
				if conn := h.meet(a, config); conn != nil {
					met.put(conn)
				}
			}()
		}
	}()
	return met
}
