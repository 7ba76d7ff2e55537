package transport

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// upload is the body of a request on its way, and a copy of it. The client's body is
// read once, and as far as the base reads it; where the base starts over, so does the copy.
type upload struct {
	last atomic.Pointer[copied]
}

func (u *upload) begin(body io.ReadCloser, length int64) io.ReadCloser {
	p := newCopied("the request's body", body, length)
	u.last.Store(p)
	return p
}

// text is the body that the client meant to send. A service may answer before it has
// read all of it (413, 415, 401); then the client is asked for another copy, where it can
// give one. Where it cannot, the text is what was sent, and whole is false.
func (u *upload) text(req *http.Request) (text string, whole bool, err error) {
	p := u.last.Load()
	if p == nil {
		return "", true, nil
	}
	if whole = p.whole.Load(); whole || req.GetBody == nil {
		text, err = p.copy.text()
		return text, whole, err
	}
	p.copy.drop()
	again, err := req.GetBody()
	if err != nil {
		return "", false, err
	}
	defer again.Close()
	all := spill{what: "the request's body"}
	if _, err := io.Copy(&all, again); err != nil {
		return "", false, err
	}
	text, err = all.text()
	return text, true, err
}

// outgoing is the request to send. It is the client's own, or a copy that differs in
// what is read along, and in the codings that are asked for.
func (e *exchange) outgoing() *http.Request {
	req := e.req
	codings, limited := recordable(req.Header.Values("Accept-Encoding"))
	hasBody := req.Body != nil && req.Body != http.NoBody
	if !limited && !hasBody {
		return req
	}
	sent := req.Clone(req.Context())
	if limited {
		sent.Header.Set("Accept-Encoding", codings)
	}
	if !hasBody {
		return sent
	}
	sent.Body = e.sent.begin(req.Body, req.ContentLength)
	if req.GetBody != nil {
		sent.GetBody = func() (io.ReadCloser, error) {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			return e.sent.begin(body, req.ContentLength), nil
		}
	}
	return sent
}

// recordable limits Accept-Encoding to gzip, so that a recording does not depend on what
// the client's runtime knows: Node asks for "br, gzip, deflate". Limited is false where
// nothing need be changed.
func recordable(accepted []string) (codings string, limited bool) {
	codings = "identity"
	for _, list := range accepted {
		for coding := range strings.SplitSeq(list, ",") {
			name, quality, _ := strings.Cut(coding, ";")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "", "identity":
			case "gzip", "x-gzip":
				if strings.TrimSpace(quality) != "q=0" {
					codings = "gzip"
				}
			default: // "*" too
				limited = true
			}
		}
	}
	return codings, limited
}
