package transport

import (
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// outgoing is the request to send: the client's own but for a body that is copied while it is
// read, and the codings that are asked for.
func (e *exchange) outgoing() *http.Request {
	accepted := e.req.Header.Values("Accept-Encoding")
	hasBody := e.req.Body != nil && e.req.Body != http.NoBody
	if accepted == nil && !hasBody {
		return e.req
	}
	sent := e.req.Clone(e.req.Context())
	if accepted != nil {
		sent.Header.Set("Accept-Encoding", recordable(accepted))
	}
	if hasBody {
		e.sent = newCopied("the request's body", sent.Body, sent.ContentLength)
		sent.Body = e.sent
	}
	return sent
}

// sentText is the body that the client meant to send. A service may answer before it has read
// all of it (413, 415, 401), and who sends it may start over; then the client is asked for another
// copy. Where it can give none, the text is what was sent, and whole is false.
func (e *exchange) sentText() (text string, whole bool, err error) {
	if e.sent == nil {
		return "", true, nil
	}
	if whole = e.sent.whole.Load(); whole || e.req.GetBody == nil {
		text, err = e.sent.copy.text()
		return text, whole, err
	}
	e.sent.copy.drop()
	again, err := e.req.GetBody()
	if err != nil {
		return "", false, err
	}
	defer again.Close()
	body, err := wire.Read(again, wire.MostBody, e.req.ContentLength)
	return asText(body), true, err
}

// recordable limits Accept-Encoding to gzip, so that a recording does not depend on what
// the client's runtime knows: Node asks for "br, gzip, deflate".
func recordable(accepted []string) string {
	for coding := range strings.SplitSeq(strings.ToLower(strings.Join(accepted, ",")), ",") {
		name, quality, _ := strings.Cut(coding, ";")
		if name = strings.TrimSpace(name); (name == "gzip" || name == "x-gzip") && strings.TrimSpace(quality) != "q=0" {
			return "gzip"
		}
	}
	return "identity"
}
