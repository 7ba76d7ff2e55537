package transport

import (
	"net/http"
	"slices"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// retries finds the answers that the client did not treat as final: it sent the same
// request again, by its match.Key, after one that asked for that. It is safe for concurrent use.
type retries struct {
	mu      sync.Mutex
	keys    *match.Index // of no cassette: it makes keys
	waiting map[string][]refusal
}

func newRetries() *retries {
	keys, _ := match.NewIndex(match.Rules{}) // no rule, no cassette: nothing to object to
	return &retries{keys: keys, waiting: map[string][]refusal{}}
}

// refusal is an answer that asks to try again.
type refusal struct {
	key   match.Key
	order int64
	then  int64 // the first order that a request which began after the answer can have
}

// meet notes an exchange that ended while now was the next order. It returns the
// order of the exchange that this one retries, or journal.NoRetry. Of several it is the
// oldest: as many are retried as came again.
func (t *retries) meet(order, now int64, req *http.Request, body string, code int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	refused := protocol.IsThrottled(code) || code == http.StatusUnsupportedMediaType // to a compressed body: kiota then sends it plain
	asked := methodOf(req) + " " + req.URL.String() + " " + match.PrincipalOf(req.Context())
	waiting := t.waiting[asked]
	if len(waiting) == 0 && !refused {
		return journal.NoRetry
	}
	key := t.keys.KeyOf(req, []byte(body))
	retried := journal.NoRetry
	if n := slices.IndexFunc(waiting, func(w refusal) bool { return w.key == key && w.then <= order }); n >= 0 {
		retried = int(waiting[n].order)
		waiting = slices.Delete(waiting, n, n+1)
	}
	if refused {
		waiting = append(waiting, refusal{key, order, now})
	}
	t.waiting[asked] = waiting
	return retried
}
