package emulator

import (
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
)

// throttle counts requests; the site's lock guards it.
type throttle struct{ requests, parts int }

// check turns a request away when it is the n-th (concepts/throttling).
func (t *throttle) check(c *call, o Throttle) error {
	if c.method != http.MethodGet && !o.Writes || c.header.Get("Retry-Attempt") != "" {
		return nil
	}
	if c.batched {
		t.parts++
		if every(o.BatchEvery, t.parts) {
			return tooMany(o.RetryAfter)
		}
		return nil
	}
	t.requests++
	switch {
	case every(o.Every, t.requests):
		return tooMany(o.RetryAfter)
	case every(o.UnavailableEvery, t.requests):
		f := fail(503, "serviceNotAvailable", "The service is temporarily unavailable.")
		f.header = http.Header{"Retry-After": {o.RetryAfter}}
		return f
	}
	return nil
}

func every(n, count int) bool { return n > 0 && count%n == 0 }

// tooMany spells status and code as strings inside innerError, as Graph does.
func tooMany(retryAfter string) *fault {
	f := fail(429, protocol.TooManyRequests, "Please retry again later.")
	f.header = http.Header{"Retry-After": {retryAfter}}
	f.inner = object{{"code", "429"}, {"status", "429"}}
	return f
}
