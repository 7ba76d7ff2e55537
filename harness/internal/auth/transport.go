package auth

import (
	"net/http"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Transport adds the token of a credential to the requests that may have it:
// those to the credential's Graph and base URL. It belongs below the recorder, which
// then cannot record the token. A request that brings its own Authorization keeps it.
type Transport struct {
	Credential *Credential
	// Base sends the request; nil is as http.DefaultTransport, on connections of its own.
	Base http.RoundTripper
	// Without reports whether a request must carry no token; nil is none of them.
	Without func(*http.Request) bool

	once sync.Once
	own  http.RoundTripper // where there is no Base
}

// RoundTrip signs in if need be, which may take as long as a person does; the
// request's context bounds it.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		t.once.Do(func() { t.own = quiet.Over(http.DefaultTransport) })
		base = t.own
	}
	if !t.takes(req) {
		return base.RoundTrip(req)
	}
	token, err := t.Credential.token(req.Context())
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	if token == "" {
		return base.RoundTrip(req)
	}
	// The response names req: what the client holds shows no token.
	return wire.Send(base, req, func(sent *http.Request) { sent.Header.Set("Authorization", "Bearer "+token) })
}

func (t *Transport) takes(req *http.Request) bool {
	return t.Credential != nil && req.URL != nil && t.Credential.allows(req.URL) &&
		req.Header.Get("Authorization") == "" && (t.Without == nil || !t.Without(req))
}
