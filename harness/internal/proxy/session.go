package proxy

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Use is a use of cassettes: a replay, a recording, or both.
type Use interface {
	Transport() http.RoundTripper
	// Live reports whether requests may leave the machine.
	Live() bool
	// End saves what is to be saved, and reports what there is to report. No request is
	// under way, unless one did not end in time.
	End() report.Case
}

// A session is a use of cassettes by some clients.
type session struct {
	use     Use
	carrier http.RoundTripper
	live    bool
	prefix  string // of the paths of its requests; "" for the server's own
	issued  namedHosts

	began    time.Time    // from which times are measured, whatever the clock on the wall says
	lastUsed atomic.Int64 // nanoseconds since then
	asked    atomic.Int64 // requests

	gate  sync.RWMutex // held for reading while a request is under way
	ended bool         // guarded by gate
}

// baseOf is what the links of a session begin with, as the client of a request sees it.
func (s *session) baseOf(req *http.Request) string {
	host, scheme := req.Host, "http://"
	if req.TLS != nil {
		scheme = "https://"
	}
	if host == "" {
		if local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			host = local.String()
		}
	}
	return scheme + host + s.prefix
}

func newSession(use Use, faults Faults, prefix string) *session {
	s := &session{began: time.Now(), use: use, carrier: use.Transport(), live: use.Live(), prefix: prefix}
	if replayer, ok := s.carrier.(*transport.Replayer); ok {
		s.carrier = replayer.Sharing()
	}
	if !s.live {
		s.carrier = faults.Over(s.carrier)
	}
	return s
}

// enter announces a request, and reports false when the session is over. A true one must
// be followed by leave.
func (s *session) enter() bool {
	s.gate.RLock()
	if s.ended {
		s.gate.RUnlock()
		return false
	}
	s.asked.Add(1)
	return true
}

func (s *session) leave() {
	s.lastUsed.Store(int64(time.Since(s.began)))
	s.gate.RUnlock()
}

// idle is for how long nobody has used it.
func (s *session) idle() time.Duration {
	if !s.gate.TryLock() { // a request is under way
		return 0
	}
	defer s.gate.Unlock()
	return time.Since(s.began) - time.Duration(s.lastUsed.Load())
}

// end waits for requests under way, as long as the context allows, and ends the use.
func (s *session) end(ctx context.Context) report.Case {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.gate.Lock()
		defer s.gate.Unlock()
		s.ended = true
	}()
	select {
	case <-closed:
	case <-ctx.Done(): // what is under way goes to one that is over
	}
	c := s.use.End()
	if s.asked.Load() == 0 && !s.live { // nothing was meant to be asked for
		c.Findings = slices.DeleteFunc(c.Findings, func(f report.Finding) bool { return f.Severity < report.Error })
	}
	return c
}

// namedHosts are those that a live session has named to its client, to which alone the client
// may send requests through it.
type namedHosts struct {
	mu    sync.Mutex
	known map[string]bool
}

// mostHosts bounds the hosts of a session.
const mostHosts = 10_000

func (h *namedHosts) add(links []hosts.Link) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range links {
		if links[i].Host != "" && len(h.known) < mostHosts {
			if h.known == nil {
				h.known = map[string]bool{}
			}
			h.known[links[i].Host] = true
		}
	}
}

func (h *namedHosts) has(host string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known[host]
}
