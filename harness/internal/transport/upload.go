package transport

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// upload is the body of a request on its way, and a copy of it. The client's body is
// read once, and as far as the base reads it; where the base begins anew, so does the
// copy.
type upload struct {
	last atomic.Pointer[pass]
}

// pass is one attempt to send a body.
type pass struct {
	io.ReadCloser
	copy  spill
	left  int64 // of a body whose length is known, else below 0
	whole atomic.Bool
}

func (u *upload) begin(body io.ReadCloser, length int64) io.ReadCloser {
	p := &pass{ReadCloser: body, left: length, copy: spill{what: "the request's body"}}
	if length <= 0 { // a body of unknown length says 0 or -1
		p.left = -1
	}
	if before := u.last.Swap(p); before != nil {
		before.copy.drop()
	}
	return p
}

func (p *pass) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.copy.Write(b[:n])
	if p.left -= int64(n); p.left == 0 || err == io.EOF {
		p.whole.Store(true)
	}
	return n, err
}

// text is the body that the client meant to send. A service may answer before it has
// read all of it (413, 415, 401); then the client is asked for another copy, where it can
// give one. Where it cannot, the text is what was sent, and whole is false.
func (u *upload) text(req *http.Request) (text string, whole bool, err error) {
	p := u.last.Load()
	if p == nil {
		return "", true, nil
	}
	if p.whole.Load() || req.GetBody == nil {
		whole = p.whole.Load()
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

func (u *upload) drop() {
	if p := u.last.Load(); p != nil {
		p.copy.drop()
	}
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
