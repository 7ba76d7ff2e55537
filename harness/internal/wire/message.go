package wire

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// IsHopByHop reports whether a header, by its canonical name, is between two neighbours only
// (RFC 9110, 7.6.1).
func IsHopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// IsLoopback reports whether a host, without a port, is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send sends a copy of a request that is changed on its way, as a RoundTripper must: the
// caller's request stays as it was, and the response names it.
func Send(base http.RoundTripper, req *http.Request, change func(sent *http.Request)) (*http.Response, error) {
	sent := req.Clone(req.Context())
	if sent.Header == nil {
		sent.Header = http.Header{}
	}
	change(sent)
	resp, err := base.RoundTrip(sent)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// Begun is a body of which something was read already. Failed is why the rest cannot be read,
// nil where it can.
func Begun(read []byte, rest io.ReadCloser, failed error) io.ReadCloser {
	further := io.Reader(rest)
	if failed != nil {
		further = broken{failed}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), further), rest}
}

// broken is the end of a body whose connection broke.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// SetRequestBody gives a request another body, which can be sent again.
func SetRequestBody(req *http.Request, body []byte) {
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) {
		if len(body) == 0 {
			return http.NoBody, nil
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	req.Body, _ = req.GetBody()
}

// SetResponseBody gives a response another body, and its length in the header that has
// it, where there is one.
func SetResponseBody(resp *http.Response, body []byte) {
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if resp.Header.Get("Content-Length") != "" {
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
}
