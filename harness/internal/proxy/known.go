package proxy

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Known are the hosts whose requests a recording takes: Graph's, those that it is told
// of, and those to which answers lead (a download, an upload session, a monitor).
type Known struct {
	mu    sync.Mutex
	hosts map[string]bool
}

// NewKnown knows Graph's hosts and some others, with a port unless it is the scheme's own.
func NewKnown(others ...string) *Known {
	k := &Known{hosts: map[string]bool{}}
	k.add(others...)
	return k
}

// Takes reports whether a host is known.
func (k *Known) Takes(host string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return graph.IsHost(host) || k.hosts[host]
}

func (k *Known) add(hosts ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, host := range hosts {
		at := url.URL{Host: host}
		if len(k.hosts) < mostHosts && !isOwn(host) {
			k.hosts[named(at.Hostname(), at.Port())] = true
		}
	}
}

// Learn carries requests through base, and knows the hosts that the answers lead to.
func (k *Known) Learn(base http.RoundTripper) http.RoundTripper { return &learning{k, base} }

type learning struct {
	known *Known
	base  http.RoundTripper
}

// mostLearned bounds the answers that are read for links.
const mostLearned = 8 << 20

// RoundTrip implements http.RoundTripper.
func (l *learning) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	for name, values := range resp.Header {
		l.learn(graph.HeaderLinks(name, strings.Join(values, " ")))
	}
	if resp.Body == nil || !isLinked(resp.Header.Get("Content-Type")) {
		return resp, nil
	}
	read, err := io.ReadAll(io.LimitReader(resp.Body, mostLearned))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	text, _, _ := wire.Decode(resp.Header, read, mostLearned) // as it is, where it was cut off
	l.learn(graph.FindLinks(string(text)))
	resp.Body = &prepended{io.MultiReader(bytes.NewReader(read), rest), resp.Body}
	return resp, nil
}

func (l *learning) learn(links []graph.Link) {
	for _, link := range links {
		if link.Host != "" {
			l.known.add(link.Host)
		}
	}
}

// failing is the end of a body that broke off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// prepended is a body whose beginning was read already.
type prepended struct {
	io.Reader
	body io.Closer
}

func (p *prepended) Close() error { return p.body.Close() }
