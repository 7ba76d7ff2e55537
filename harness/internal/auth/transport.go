package auth

import (
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Transport adds the token of a credential to the requests that may have it:
// those to the credential's Graph and base URL. It belongs below the recorder, which
// then cannot record the token. A request that brings its own Authorization keeps it.
type Transport struct {
	Credential *Credential
	Base       http.RoundTripper // sends the request
	// Without reports whether a request must carry no token; nil is none of them.
	Without func(*http.Request) bool
}

// RoundTrip signs in if need be, which may take as long as a person does; the
// request's context bounds it.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.takes(req) {
		return t.Base.RoundTrip(req)
	}
	token, err := t.Credential.token(req.Context())
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	if token == "" {
		return t.Base.RoundTrip(req)
	}
	// The response names req: what the client holds shows no token.
	return wire.Send(t.Base, req, func(sent *http.Request) { sent.Header.Set("Authorization", "Bearer "+token) })
}

func (t *Transport) takes(req *http.Request) bool {
	return t.Credential != nil && req.URL != nil && t.Credential.allows(req.URL) &&
		req.Header.Get("Authorization") == "" && (t.Without == nil || !t.Without(req))
}
