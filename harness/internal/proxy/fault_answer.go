package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// mostChanged bounds a body that is changed; a larger one passes as it is.
const mostChanged = 16 << 20

// changes reports whether the fault is one of an answer's content, or depends on it.
func (f *Fault) changes() bool {
	return f.Kind == FaultLag || f.Kind == FaultEmpty || f.Kind == FaultTwice || f.Kind == FaultTruncated
}

// change makes the faults in a good answer of JSON. No other has any.
func (f *faulty) change(resp *http.Response, req *http.Request, changes []*Fault) error {
	if resp.StatusCode/100 != 2 || !hosts.IsLinked(resp.Header.Get("Content-Type")) {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostChanged+1))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > mostChanged {
		prepend(resp, body, resp.Body)
		return nil
	}
	resp.Body.Close()
	doc, err := jsondoc.Parse(string(body))
	if err != nil {
		wire.SetResponseBody(resp, body)
		return nil
	}
	for _, fault := range changes {
		switch fault.Kind {
		case FaultLag:
			f.lags.created(req, resp.StatusCode, doc, fault.Reads)
		case FaultEmpty:
			body = nil
		case FaultTwice:
			object, _ := doc.(map[string]any)
			if items, _ := object["value"].([]any); len(items) > 0 {
				object["value"] = append(items, items[0])
				body = jsondoc.Canonical(nil, doc)
			}
		case FaultTruncated:
			if truncate(doc) {
				body = jsondoc.Canonical(nil, doc)
			}
		}
	}
	wire.SetResponseBody(resp, body)
	return nil
}

// truncate takes the last character of every id.
func truncate(doc any) (changed bool) {
	jsondoc.Walk(doc, func(_ jsondoc.Place, value any) bool {
		object, _ := value.(map[string]any)
		if id, _ := object["id"].(string); len(id) > 1 {
			object["id"], changed = id[:len(id)-1], true
		}
		return true
	})
	return changed
}

// lags are the things that were created and cannot be read yet: how many reads find nothing,
// by id. Directories of Graph are replicated, and a read may reach a copy that is behind.
type lags struct {
	mu    sync.Mutex
	early map[string]int
}

// created notes what a request made.
func (l *lags) created(req *http.Request, status int, doc any, reads int) {
	object, _ := doc.(map[string]any)
	id, _ := object["id"].(string)
	if req.Method != http.MethodPost || status != http.StatusCreated || id == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.early == nil {
		l.early = map[string]int{}
	}
	l.early[id] = reads
}

// isEarly reports whether a request reads what is not found yet.
func (l *lags) isEarly(req *http.Request) bool {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for step := range strings.SplitSeq(req.URL.Path, "/") {
		for _, id := range [...]string{step, keyOf(step)} {
			if l.early[id] > 0 {
				l.early[id]--
				return true
			}
		}
	}
	return false
}

// keyOf is the key in users('ID') or users(ID), "" where there is none.
func keyOf(step string) string {
	_, key, _ := strings.Cut(strings.TrimSuffix(step, ")"), "(")
	return strings.Trim(key, "'")
}
