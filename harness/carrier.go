package harness

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/signin"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// ReplayHeader is in every answer that came from a cassette, and in no other: the cassette's
// name and the number of the interaction in it, such as users/list#3.
const ReplayHeader = "Graphvcr-Replay"

// A carrier is a session's RoundTripper: it says which requests are the session's.
type carrier struct {
	name    string
	below   http.RoundTripper // what passes by the session
	next    http.RoundTripper // what is the session's
	service *url.URL          // in the place of Graph; nil is Graph
	pass    []string          // hosts that are none of the session's
	signIn  http.Handler      // answers for hosts to sign in with; nil: they are reached

	mu     sync.Mutex
	missed map[string]*missed // by their text
	more   int                // beyond mostMisses
}

// missed is a miss, however often it came.
type missed struct {
	miss  *match.MissError
	text  string // of the miss
	from  string // where the test sent it, "" when that is not known
	times int
}

// mostMisses bounds the misses that are reported.
const mostMisses = 1000

// RoundTrip implements http.RoundTripper.
func (c *carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL == nil {
		return c.next.RoundTrip(req) // says so
	}
	switch {
	case c.passes(req.URL):
		return c.below.RoundTrip(req)
	case signin.IsHost(req.URL.Host):
		if c.signIn == nil {
			return c.below.RoundTrip(req)
		}
		return wire.Send(handled{c.signIn}, req, func(sent *http.Request) { sent.Host = cmp.Or(req.Host, req.URL.Host) })
	case c.service != nil && req.URL.Host == c.service.Host:
		return wire.Send(roundTripper(c.session), req, func(sent *http.Request) {
			sent.URL.Scheme, sent.URL.Host, sent.Host = "https", graph.Host, ""
		})
	}
	return c.session(req)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// session answers a request that is the session's.
func (c *carrier) session(req *http.Request) (*http.Response, error) {
	var trace match.Trace
	resp, err := c.next.RoundTrip(req.WithContext(match.WithTrace(req.Context(), &trace)))
	if resp != nil {
		resp.Request = req
	}
	if miss := (*match.MissError)(nil); errors.As(err, &miss) {
		c.note(miss, caller())
		return proxy.Missed(miss).Response(req), nil
	}
	if err != nil || trace.Answer.Interaction == nil || trace.Miss != nil {
		return resp, err
	}
	resp.Header.Set(ReplayHeader, fmt.Sprintf("%s#%d", c.name, trace.Answer.Interaction.ID))
	return resp, nil
}

// note keeps a miss for the end of the test.
func (c *carrier) note(miss *match.MissError, from string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := miss.Error()
	switch known := c.missed[text]; {
	case known != nil:
		known.times++
	case len(c.missed) < mostMisses:
		c.missed[text] = &missed{miss, text, from, 1}
	default:
		c.more++
	}
}

// misses are the texts of misses, each once, sorted.
func (c *carrier) misses() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.SortedFunc(maps.Values(c.missed), func(a, b *missed) int {
		return cmp.Or(strings.Compare(a.miss.URL, b.miss.URL), strings.Compare(a.miss.Method, b.miss.Method), strings.Compare(a.text, b.text))
	})
	var lines []string
	for _, m := range all {
		text := m.text
		if m.from != "" {
			text += "\n  sent at " + m.from
		}
		if m.times > 1 {
			text += fmt.Sprintf("\n  sent %d times", m.times)
		}
		lines = append(lines, text)
	}
	if c.more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more requests had no answer", c.more))
	}
	return lines
}

// caller is the line of a test that led here, if it did on this goroutine.
func caller() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.File, "_test.go") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return ""
		}
	}
}

// passing names the hosts that are none of the session's.
func (c *carrier) passing(hosts []string) error {
	for _, named := range hosts {
		bare := strings.TrimPrefix(named, "*.")
		u, err := url.Parse("//" + bare)
		switch {
		case err != nil || u.Host != bare || u.Hostname() == "" || strings.Contains(bare, "*"):
			return &fault.Error{Message: fmt.Sprintf("harness.Passthrough %q is not a host", named), Hint: "a name without scheme and path: api.example.com, localhost:8080, *.example.com"}
		case graph.IsHost(bare):
			return &fault.Error{Message: fmt.Sprintf("harness.Passthrough %q: requests to Graph are what a session is for", named), Hint: "GRAPHVCR_MODE=live sends them and records nothing"}
		}
		c.pass = append(c.pass, strings.ToLower(named))
	}
	return nil
}

func (c *carrier) passes(u *url.URL) bool {
	if len(c.pass) == 0 {
		return false
	}
	host, name := strings.ToLower(u.Host), strings.ToLower(u.Hostname())
	return slices.ContainsFunc(c.pass, func(named string) bool {
		if below, ok := strings.CutPrefix(named, "*"); ok {
			return strings.HasSuffix(name, below) || strings.HasSuffix(host, below)
		}
		return named == host || named == name
	})
}

// handled is a handler that is asked without a connection.
type handled struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (h handled) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		req.Body = http.NoBody
	}
	defer req.Body.Close()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	resp := w.Result()
	resp.ContentLength, resp.Request = int64(w.Body.Len()), req
	return resp, nil
}
