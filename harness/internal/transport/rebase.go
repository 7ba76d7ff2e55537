package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Rebase sends what is meant for https://graph.microsoft.com to another place, and
// gives what comes back Graph's name again, links in headers and bodies included, so
// that the recording of a substitute reads like one of the service.
type Rebase struct {
	Base http.RoundTripper
	URL  *url.URL // scheme and host of the substitute
}

// RoundTrip implements http.RoundTripper.
func (r *Rebase) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != graph.Host {
		return r.Base.RoundTrip(req)
	}
	resp, err := wire.Send(r.Base, req, func(sent *http.Request) {
		sent.URL.Scheme, sent.URL.Host, sent.Host = r.URL.Scheme, r.URL.Host, ""
		sent.Header.Del("Accept-Encoding") // there are links to read; the connection may still compress
	})
	if err != nil {
		return nil, err
	}
	own, public := r.URL.Scheme+"://"+r.URL.Host, graph.URL
	for _, values := range resp.Header {
		for i, value := range values {
			values[i] = strings.ReplaceAll(value, own, public)
		}
	}
	if req.Method == http.MethodHead {
		return resp, nil
	}
	body, err := wire.Read(resp.Body, heldBack, 0)
	if errors.Is(err, wire.ErrTooLarge) {
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
		resp.Body = &renaming{ReadCloser: wire.Begun(body, resp.Body, nil), old: []byte(own), new: []byte(public)}
		return resp, nil
	}
	resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.URL.Host, err)
	}
	wire.SetResponseBody(resp, bytes.ReplaceAll(body, []byte(own), []byte(public)))
	return resp, nil
}

// renaming replaces one text by another in a body as it passes.
type renaming struct {
	io.ReadCloser // the source
	old, new      []byte
	read          []byte // of the source, not replaced yet
	ready         []byte
	err           error
}

// Read implements io.Reader. What may be the beginning of the text waits for what follows.
func (r *renaming) Read(p []byte) (int, error) {
	for len(r.ready) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.read = slices.Grow(r.read, 8<<10)
		n, err := r.ReadCloser.Read(r.read[len(r.read):cap(r.read)])
		r.read, r.err = r.read[:len(r.read)+n], err
		whole := len(r.read)
		if r.err == nil {
			whole = max(0, whole-len(r.old)+1)
			if at := bytes.LastIndex(r.read, r.old); at >= 0 {
				whole = max(whole, at+len(r.old))
			}
		}
		r.ready = bytes.ReplaceAll(r.read[:whole], r.old, r.new)
		r.read = append(r.read[:0], r.read[whole:]...)
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}
