package proxy

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Options of a Reverse.
type Options struct {
	// Open begins the use of a session; what it refuses with a *Failure is answered so.
	Open func(SessionRequest) (Use, error)
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
	// Seen is called for every request of a session ("": the server's own) and what became of it.
	Seen func(Seen)
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

// mostBody bounds a request's body, in bytes. What Graph takes in one request is far below it:
// a part of an upload session is less than 60 MiB (v1.0/api/driveitem-createuploadsession).
const mostBody = 128 << 20

// A Reverse is a reverse proxy before uses of cassettes: one of its own, and one for each session.
type Reverse struct {
	opts     Options
	own      *session
	sessions sessions
	names    names
	mostBody int64 // of a request, but in tests the constant
}

// NewReverse serves a use of cassettes. It ends with End.
func NewReverse(own Use, opts Options) *Reverse {
	opts.Graph = cmp.Or(opts.Graph, graph.Host)
	opts.Idle = cmp.Or(opts.Idle, DefaultIdle)
	r := &Reverse{opts: opts, mostBody: mostBody, names: names{own: opts.Names, beyond: opts.Beyond}}
	r.own = newSession(own, opts.Faults, "")
	r.sessions.start(opts.Idle)
	return r
}

// End ends all sessions and returns what they report: first the server's own, then, in the
// order in which they ended, those that had findings.
func (r *Reverse) End(ctx context.Context) []report.Case {
	own := make(chan report.Case, 1)
	go func() { own <- r.own.end(ctx) }() // side by side: a session that hangs keeps no recording from its file
	ended := r.sessions.stop(ctx)
	return append([]report.Case{<-own}, ended...)
}

func (r *Reverse) ServeHTTP(w http.ResponseWriter, req *http.Request) { answering(r.serve)(w, req) }

func (r *Reverse) serve(w http.ResponseWriter, req *http.Request) *Failure {
	if f := r.names.refuse(req); f != nil {
		return f
	}
	if strings.HasPrefix(req.URL.Path, ownPath) {
		return r.serveOwn(w, req)
	}
	return r.serveSession(w, req, r.own, req.URL.Path, req.URL.RawPath)
}

// serveSession answers a request of a session; path and rawPath are what follows its
// prefix.
func (r *Reverse) serveSession(w http.ResponseWriter, req *http.Request, s *session, path, rawPath string) *Failure {
	w, failure := forPage(w, req, s.live, r.opts.Origins)
	if w == nil {
		return failure
	}
	answering(func(w http.ResponseWriter, req *http.Request) *Failure { // which a page may read
		if !s.enter() {
			return noSession()
		}
		defer s.leave()
		c := &call{reverse: r, session: s, links: servedAt(s.baseOf(req), r.opts.Graph), out: *req}
		c.target = url.URL{Scheme: "https", Host: r.opts.Graph, Path: path, RawPath: rawPath, RawQuery: req.URL.RawQuery, ForceQuery: req.URL.ForceQuery}
		out, failure := c.outgoing(w, req)
		if failure == nil {
			c.answer(w, out)
		}
		return failure
	})(w, req)
	return nil
}

// names are those under which a server may be addressed, beside loopback's.
type names struct {
	own    []string
	beyond bool // any IP address too
}

// refuse says what is wrong with a request by itself.
func (n *names) refuse(req *http.Request) *Failure {
	switch {
	case req.Method == http.MethodConnect:
		return denied(http.StatusMethodNotAllowed, "this is a reverse proxy, which opens no tunnels: give the client its address as base URL, or run the client under graphvcr exec")
	case req.URL.Host != "":
		return denied(http.StatusBadRequest, "this is a reverse proxy: give the client its address as base URL, not as its proxy, or run the client under graphvcr exec")
	case !n.has(req.Host):
		return denied(http.StatusMisdirectedRequest, "nothing is served under the name %q: use the address that graphvcr printed, or add --host", req.Host)
	case !strings.HasPrefix(req.URL.Path, "/"):
		return denied(http.StatusBadRequest, "the path does not begin with a slash")
	case strings.Contains(req.URL.Path, "/.") && hasDotSegment(req.URL.EscapedPath()):
		return denied(http.StatusBadRequest, "the path holds the segment . or .., which clients resolve before they send it: write %%2E for a dot that is meant")
	}
	return nil
}

func hasDotSegment(path string) bool {
	path += "/"
	return strings.Contains(path, "/./") || strings.Contains(path, "/../")
}

// has reports whether a Host header names this server.
func (n *names) has(host string) bool {
	if host == "" { // HTTP/1.0
		return true
	}
	if !ascii.All(host, func(c byte) bool { return ascii.IsHostPort(c) || c == '[' || c == ']' }) {
		return false
	}
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	if name == "127.0.0.1" || name == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return ip.IsLoopback() || n.beyond && ip != nil || strings.HasSuffix(name, ".localhost") ||
		slices.ContainsFunc(n.own, func(own string) bool { return strings.EqualFold(own, name) })
}
