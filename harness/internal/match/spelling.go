package match

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A spelling is a request without a body as it was written down, but for its headers, which
// are canonical. It costs no parsing: most clients spell a URL on replay just as they did
// while recording, and equal spellings have equal keys. The zero spelling is that of a
// request that is only ever looked up by its key.
type spelling struct {
	method, host, path, rawPath, query, headers, principal string
}

func spellingOf(method string, u *url.URL, header http.Header, principal string) spelling {
	if u.Scheme != "https" || u.Opaque != "" || u.Host == "" {
		return spelling{}
	}
	return spelling{method, u.Host, u.Path, u.RawPath, u.RawQuery, headerKey(header, false, 0), principal}
}

// spelled is the spelling of a request that was sent.
func (x *Index) spelled(req *http.Request, body []byte) spelling {
	if len(body) > 0 {
		return spelling{}
	}
	return spellingOf(methodOf(req.Method), req.URL, req.Header, x.principal(req))
}

// addSpelling makes an entry answer what is spelled as a request of it was recorded.
func (x *Index) addSpelling(i *cassette.Interaction, e *entry) {
	address, err := recordedAddress(i)
	if err != nil || i.Request.Body != "" {
		return
	}
	spelled := spellingOf(e.key.Method, address, i.Request.Headers, e.key.Principal)
	if spelled != (spelling{}) && x.verbatim[spelled] == nil {
		x.verbatim[spelled] = e
	}
}

// recalled are the entries that spellings were found to ask for, once and for all: what
// is bound stays so.
type recalled struct {
	mu      sync.RWMutex
	entries map[spelling]*entry
}

// maxRecalled bounds the spellings that a session remembers.
const maxRecalled = 1 << 17

func (r *recalled) entry(spelled spelling) *entry {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.entries[spelled]
}

func (r *recalled) note(spelled spelling, e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.entries == nil {
		r.entries = map[spelling]*entry{}
	}
	if len(r.entries) < maxRecalled && spelled != (spelling{}) {
		r.entries[spelled] = e
	}
}
