package proxy

import (
	"bytes"
	"io"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Learn carries requests through base, and adds to known the hosts that answers lead to.
func Learn(known *hosts.Set, base http.RoundTripper) http.RoundTripper { return &learning{known, base} }

type learning struct {
	known *hosts.Set
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
	if resp.Body == nil || !hosts.IsLinked(resp.Header.Get("Content-Type")) || req.Method == http.MethodHead {
		l.known.Learn(req.Method, req.URL, resp.Header, "")
		return resp, nil
	}
	read, err := io.ReadAll(io.LimitReader(resp.Body, mostLearned))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	text, _, _ := wire.Decode(resp.Header, read, mostLearned) // as it is, where it was cut off
	l.known.Learn(req.Method, req.URL, resp.Header, string(text))
	prepend(resp, read, rest)
	return resp, nil
}

// failing is the end of a body that broke off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// prepend makes a body begin with what was read of it already.
func prepend(resp *http.Response, read []byte, rest io.Reader) {
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), rest), resp.Body}
}
