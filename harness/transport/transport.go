package transport

import (
	"errors"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/match"
)

// Options of a Replayer. The zero value is the default.
type Options struct {
	Latency bool // wait as long as the recorded answer took
}

// Replayer answers requests from recorded interactions.
type Replayer struct{}

// NewReplayer replays session.
func NewReplayer(session *match.Session, opts Options) *Replayer { return &Replayer{} }

// RoundTrip implements http.RoundTripper. The error for a request that has no
// answer wraps a *match.MissError.
func (r *Replayer) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, errors.New("not built")
}

// Misses lists the requests that had no answer, sorted.
func (r *Replayer) Misses() []*match.MissError { return nil }
