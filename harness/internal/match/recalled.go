package match

import (
	"net/http"
	"sync"
)

// recalled are the entries that spellings were found to ask for, once and for all: what
// is bound stays so.
type recalled struct {
	mu         sync.RWMutex
	bySpelling map[spelling]recollection
}

type recollection struct {
	entry              *entry
	headers, principal string
}

// maxRecalled bounds the spellings that a session remembers.
const maxRecalled = 1 << 17

func (r *recalled) entry(x *Index, req *http.Request) *entry {
	spelled, ok := spellingOf(methodOf(req.Method), req.URL)
	if !ok {
		return nil
	}
	r.mu.RLock()
	is, known := r.bySpelling[spelled]
	r.mu.RUnlock()
	if !known || is.principal != x.principal(req) || is.headers != headerKey(req.Header, false, is.entry.ignored) {
		return nil
	}
	return is.entry
}

func (r *recalled) note(x *Index, req *http.Request, e *entry) {
	spelled, ok := spellingOf(methodOf(req.Method), req.URL)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bySpelling == nil {
		r.bySpelling = map[spelling]recollection{}
	}
	if len(r.bySpelling) < maxRecalled {
		r.bySpelling[spelled] = recollection{e, headerKey(req.Header, false, e.ignored), x.principal(req)}
	}
}
