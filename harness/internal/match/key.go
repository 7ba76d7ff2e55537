package match

import (
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// Key is the canonical, comparable form of a request. Equal keys ask for the
// same answers.
type Key struct {
	Method    string
	Host      string // host class
	Path      string // canonical path
	Query     string // canonical query
	Headers   string // significant headers, canonical, one a line
	Body      string // kind and digest of the canonical body, "" when there is none
	Principal string // who asks, when recordings distinguish callers
}

// A single is what one request asks for: a whole one, or a part of a batch.
type single struct {
	key  Key
	url  *graphurl.URL
	body payload
}

func newSingle(method string, u *graphurl.URL, header http.Header, body payload, ignored []string) single {
	headers := headerKey(header, body.digest != "", ignored)
	return single{Key{Method: method, Host: u.Host, Path: u.Path(), Query: u.Query(), Headers: headers, Body: body.digest}, u, body}
}

func (s *single) read() bool { return s.url.IsRead(s.key.Method) }
