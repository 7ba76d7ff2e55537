package proxy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
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
	s.issued.known = map[string]bool{}
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

			h.known[links[i].Host] = true
		}
	}
}

func (h *namedHosts) has(host string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known[host]
}

// mostSessions bounds the sessions that are open at a time.
const mostSessions = 10_000

// sessions are those of a server that clients have opened, by ids that nobody can guess.
type sessions struct {
	idle   time.Duration
	cancel context.CancelFunc // ends expire
	ending sync.WaitGroup     // expire, and the sessions that are being ended

	mu    sync.Mutex
	open  map[string]*session
	ended ledger
}

// start ends sessions that are idle for so long, until stop.
func (ss *sessions) start(idle time.Duration) {
	ss.idle, ss.open, ss.ended.more = idle, map[string]*session{}, map[report.Status]int{}
	ctx, cancel := context.WithCancel(context.Background())
	ss.cancel = cancel
	ss.ending.Go(func() { ss.expire(ctx) })
}

// stop ends all sessions and returns the reports of those that had findings: in the order in
// which they ended, then, by id, of those that were still open.
func (ss *sessions) stop(ctx context.Context) []report.Case {
	ss.cancel()
	ss.mu.Lock()
	var left []*session
	for _, id := range slices.Sorted(maps.Keys(ss.open)) {
		left = append(left, ss.open[id])
	}
	clear(ss.open)
	ss.mu.Unlock()
	reports := make([]report.Case, len(left))
	for n, s := range left { // side by side: one that hangs takes no time from the others
		ss.ending.Go(func() { reports[n] = s.end(ctx) })
	}
	ss.ending.Wait()
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, c := range reports {
		ss.ended.add(c)
	}
	return ss.ended.cases()
}

// expire ends sessions that nobody uses, each by itself: one that hangs keeps no other open.
func (ss *sessions) expire(ctx context.Context) {
	tick := time.NewTicker(max(ss.idle/8, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, s := range ss.removeUnused() {
				ss.ending.Go(func() { ss.keep(s.end(ctx)) })
			}
		}
	}
}

func (ss *sessions) removeUnused() (all []*session) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for id, s := range ss.open {
		if s.idle() > ss.idle {
			delete(ss.open, id)
			all = append(all, s)
		}
	}
	return all
}

// end ends a session and keeps its report; it returns false when there is none of that id.
func (ss *sessions) end(ctx context.Context, id string) (report.Case, bool) {
	ss.mu.Lock()
	s := ss.open[id]
	delete(ss.open, id)
	ss.mu.Unlock()
	if s == nil {
		return report.Case{}, false
	}
	c := s.end(ctx)
	ss.keep(c)
	return c, true
}

func (ss *sessions) keep(c report.Case) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.ended.add(c)
}

func (ss *sessions) find(id string) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return ss.open[id]
}

// count is how many sessions are open.
func (ss *sessions) count() int {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return len(ss.open)
}

// add opens a session over what begin makes.
func (ss *sessions) add(begin func() (Use, error), faults Faults) (id string, s *session, err error) {
	if ss.count() >= mostSessions {
		return "", nil, &Failure{Status: http.StatusServiceUnavailable, Code: codeSession, Message: fmt.Sprintf("%d sessions are open: end some with DELETE", mostSessions)}
	}
	use, err := begin()
	if err != nil {
		return "", nil, err
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	id = hex.EncodeToString(b[:])
	s = newSession(use, faults, sessionsPath+"/"+id)
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.open[id] = s
	return id, s, nil
}

// mostKeptFindings bounds the findings of sessions that are over: a server runs for long.
const mostKeptFindings = 1000

// A ledger keeps what sessions had to report.
type ledger struct {
	kept     []report.Case
	findings int
	more     map[report.Status]int // sessions with findings that are not kept
}

func (l *ledger) add(c report.Case) {
	suite := report.Suite{Cases: []report.Case{c}}
	suite.Finish()
	c = suite.Cases[0]
	if sum := suite.Summary(); sum.Errors+sum.Warnings == 0 && c.Status == report.Passed {
		return
	}
	if l.findings += len(c.Findings); l.findings > mostKeptFindings {

		l.more[c.Status]++
		return
	}
	l.kept = append(l.kept, c)
}

// ruleMore is the rule of sessions whose reports only those have who ended them.
const ruleMore report.Rule = "serve.more"

// cases are what is kept, and one more for the rest.
func (l *ledger) cases() []report.Case {
	all := l.kept
	for _, status := range []report.Status{report.Failed, report.Errored} {
		if n := l.more[status]; n > 0 {
			all = append(all, report.Case{Name: fmt.Sprintf("%d more sessions", n), Status: status, Findings: []report.Finding{{
				Rule: ruleMore, Severity: report.Error, Message: "their findings were in the reports that ended them and are not kept",
			}}})
		}
	}
	return all
}
