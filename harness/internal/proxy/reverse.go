package proxy

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Options of a Reverse.
type Options struct {
	// Open begins a take for a session; what it refuses with a *Failure is answered so.
	Open func(SessionRequest) (Take, error)
	// Graph is the host that the served one stands for; "" is graph.microsoft.com.
	Graph string
	// Names are the hosts under which clients may address the server, beside those of
	// loopback. Others are refused, since a page in a browser can make a name of its own
	// stand for this machine.
	Names []string
	// Beyond says that the server is reached from other machines: then it may be addressed
	// by any IP address too, which is nobody's to point elsewhere.
	Beyond bool
	// Origins are those whose pages may use the server, beside loopback's on replay:
	// https://app.example.
	Origins []string
	// Idle is how long a session lasts that is not used; 0 is DefaultIdle.
	Idle   time.Duration
	Faults Faults // injected on replay
	// Page is served to browsers below PagePath, which nobody can guess: /_graphvcr/SECRET/.
	Page     http.Handler
	PagePath string
	// Seen is told of every request of a session ("": the server's own) and what became of it.
	Seen func(Seen)
	// MaxBody bounds the body of a request, in bytes; 0 is DefaultMaxBody.
	MaxBody int64
}

// Seen is a request that was answered, or was not.
type Seen struct {
	Session string
	Request *http.Request // as it was meant for the service
	Trace   match.Trace
	Err     error
}

// DefaultIdle is how long a session lasts that is not used.
const DefaultIdle = 15 * time.Minute

// DefaultMaxBody bounds a request's body. What Graph takes in one request is far below it:
// a part of an upload session is less than 60 MiB (v1.0/api/driveitem-createuploadsession).
const DefaultMaxBody = 128 << 20

// mostSessions bounds the sessions that are open at a time.
const mostSessions = 10_000

// A Reverse is a reverse proxy before takes: one of its own, and one for each session.
type Reverse struct {
	opts   Options
	own    *session
	stop   context.CancelFunc
	totals totals

	called atomic.Pointer[string] // the name under which it was last called, which was found good

	mu       sync.RWMutex
	sessions map[string]*session
	told     ledger // of sessions that are over
}

type totals struct {
	requests, misses, opened, expired atomic.Int64
}

// NewReverse serves a take. It ends with End.
func NewReverse(own Take, opts Options) *Reverse {
	opts.Graph = cmp.Or(opts.Graph, graph.Host)
	opts.Idle = cmp.Or(opts.Idle, DefaultIdle)
	opts.MaxBody = cmp.Or(opts.MaxBody, DefaultMaxBody)
	ctx, stop := context.WithCancel(context.Background())
	r := &Reverse{opts: opts, stop: stop, sessions: map[string]*session{}}
	r.own = newSession(own, opts.Faults, "")
	go r.expire(ctx)
	return r
}

// End ends all sessions and tells what they have to tell: first the server's own, then in
// the order in which they ended those that had findings.
func (r *Reverse) End(ctx context.Context) []report.Case {
	r.stop()
	r.mu.Lock()
	open := make([]string, 0, len(r.sessions))
	for id := range r.sessions {
		open = append(open, id)
	}
	r.mu.Unlock()
	slices.Sort(open)
	for _, id := range open {
		r.endSession(ctx, id)
	}
	own, _ := r.own.end(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]report.Case{own}, r.told.cases()...)
}

// expire ends sessions that nobody uses.
func (r *Reverse) expire(ctx context.Context) {
	tick := time.NewTicker(max(r.opts.Idle/8, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, id := range r.idle() {
				r.totals.expired.Add(1)
				r.endSession(ctx, id)
			}
		}
	}
}

func (r *Reverse) idle() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for id, s := range r.sessions {
		if s.idle() > r.opts.Idle {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// endSession ends a session, and reports false when there is none of that id.
func (r *Reverse) endSession(ctx context.Context, id string) (report.Case, bool) {
	r.mu.Lock()
	s := r.sessions[id]
	delete(r.sessions, id)
	r.mu.Unlock()
	if s == nil {
		return report.Case{}, false
	}
	told, first := s.end(ctx)
	if first {
		r.mu.Lock()
		r.told.add(told)
		r.mu.Unlock()
	}
	return told, first
}

func (r *Reverse) session(id string) *session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.sessions[id]
}

// openSession begins a session under an id that nobody can guess.
func (r *Reverse) openSession(asked SessionRequest) (id string, s *session, err error) {
	r.mu.Lock()
	full := len(r.sessions) >= mostSessions
	r.mu.Unlock()
	if full {
		return "", nil, &Failure{Status: http.StatusServiceUnavailable, Code: codeSession, Message: fmt.Sprintf("%d sessions are open: end some with DELETE", mostSessions)}
	}
	take, err := r.opts.Open(asked)
	if err != nil {
		return "", nil, err
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	id = hex.EncodeToString(b[:])
	s = newSession(take, r.opts.Faults, sessionsPath+"/"+id)
	r.totals.opened.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions[id] = s
	return id, s, nil
}

// ServeHTTP implements http.Handler.
func (r *Reverse) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.totals.requests.Add(1)
	if f := r.refuse(req); f != nil {
		handOut(w, req, f.Response(req))
		return
	}
	if strings.HasPrefix(req.URL.Path, ownPath) {
		r.serveOwn(w, req)
		return
	}
	r.serveSession(w, req, r.own, req.URL.Path, req.URL.RawPath)
}

// refuse says what is wrong with a request by itself.
func (r *Reverse) refuse(req *http.Request) *Failure {
	bad := func(status int, message string) *Failure {
		return &Failure{Status: status, Code: codeRequest, Message: message}
	}
	switch {
	case req.Method == http.MethodConnect:
		return bad(http.StatusMethodNotAllowed, "this is a reverse proxy, which opens no tunnels: give the client its address as base URL, or run the client under graphvcr exec")
	case req.URL.Host != "":
		return bad(http.StatusBadRequest, "this is a reverse proxy: give the client its address as base URL, not as its proxy, or run the client under graphvcr exec")
	case !r.mayBeCalled(req.Host):
		return bad(http.StatusMisdirectedRequest, fmt.Sprintf("nothing is served under the name %q: use the address that graphvcr printed, or add --host", req.Host))
	case !strings.HasPrefix(req.URL.Path, "/"):
		return bad(http.StatusBadRequest, "the path does not begin with a slash")
	case strings.Contains(req.URL.Path, "/.") && hasDotSegment(req.URL.EscapedPath()):
		return bad(http.StatusBadRequest, "the path holds the segment . or .., which clients resolve before they send it: write %2E for a dot that is meant")
	}
	return nil
}

func hasDotSegment(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// mayBeCalled reports whether a Host header names this server.
func (r *Reverse) mayBeCalled(host string) bool {
	if host == "" { // HTTP/1.0
		return true
	}
	if last := r.called.Load(); last != nil && *last == host {
		return true
	}
	if !r.isOwnName(host) {
		return false
	}
	r.called.Store(&host)
	return true
}

func (r *Reverse) isOwnName(host string) bool {
	for i := range len(host) {
		if c := host[i]; !ascii.IsHost(c) && c != ':' && c != '[' && c != ']' {
			return false
		}
	}
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	if name == "127.0.0.1" || name == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return ip.IsLoopback() || r.opts.Beyond && ip != nil || strings.HasSuffix(name, ".localhost") ||
		slices.ContainsFunc(r.opts.Names, func(own string) bool { return strings.EqualFold(own, name) })
}

// baseOf is what the links of a session begin with, as the client of a request sees it.
func (s *session) baseOf(req *http.Request) string {
	host, encrypted := req.Host, req.TLS != nil
	if host == "" {
		if local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			host = local.String()
		}
	}
	if last := s.base.Load(); last != nil && last.host == host && last.encrypted == encrypted {
		return last.text
	}
	scheme := "http://"
	if encrypted {
		scheme = "https://"
	}
	made := &base{host, encrypted, scheme + host + s.prefix}
	s.base.Store(made)
	return made.text
}

// serveSession answers a request of a session; path and rawPath are what follows its
// prefix.
func (r *Reverse) serveSession(w http.ResponseWriter, req *http.Request, s *session, path, rawPath string) {
	if w = r.pageOf(w, req, s.live); w == nil {
		return
	}
	if !s.enter() {
		handOut(w, req, noSession().Response(req))
		return
	}
	defer s.leave()
	c := &call{reverse: r, session: s, base: s.baseOf(req), out: *req}
	c.target = url.URL{Scheme: "https", Host: r.opts.Graph, Path: path, RawPath: rawPath, RawQuery: req.URL.RawQuery, ForceQuery: req.URL.ForceQuery}
	out, failure := c.outgoing(w, req)
	if failure != nil {
		handOut(w, req, failure.Response(req))
		return
	}
	c.answer(w, out)
}
