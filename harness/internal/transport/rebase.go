package transport

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Rebase sends what is meant for https://graph.microsoft.com to another place, and
// gives what comes back Graph's name again, links in headers and bodies included, so
// that the recording of a stand-in reads like one of the service.
type Rebase struct {
	Base http.RoundTripper
	URL  *url.URL // scheme and host of the stand-in
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
	if resp.Body == nil || req.Method == http.MethodHead {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.URL.Host, err)
	}
	wire.SetResponseBody(resp, bytes.ReplaceAll(body, []byte(own), []byte(public)))
	return resp, nil
}
