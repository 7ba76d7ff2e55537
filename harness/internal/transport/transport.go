package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Options of a Replayer. The zero value is the default.
type Options struct {
	RetryAfter bool // hand out the recorded Retry-After; otherwise it is 0, since clients really wait that long
}

// maxRequestBody bounds a request's body, which is held in memory: far above a part of an upload
// session, of less than 60 MiB (v1.0/api/driveitem-createuploadsession).
const maxRequestBody = 256 << 20

// maxMisses bounds the misses that are kept: a client may ask on for what it does not get.
const maxMisses = 1000

// A Source decides which answer a request gets: a *match.Session, or several.
type Source interface {
	Next(req *http.Request, body []byte) (match.Answer, error)
}

// Replayer answers requests from recorded interactions.
type Replayer struct {
	session Source
	opts    Options

	mu     sync.Mutex // guards misses
	misses []*match.MissError
	missed int
}

// NewReplayer replays session.
func NewReplayer(session Source, opts Options) *Replayer {
	return &Replayer{session: session, opts: opts}
}

// RoundTrip implements http.RoundTripper. The error for a request that has no
// answer wraps a *match.MissError.
func (r *Replayer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err == nil && req.URL == nil {
		err = errors.New("replay: the request has no URL")
	}
	if err = cmp.Or(err, req.Context().Err()); err != nil {
		return nil, err
	}
	answer, err := r.session.Next(req, body)
	if err != nil {
		return nil, r.noted(err)
	}
	return respond(req, &answer, r.opts.RetryAfter), nil
}

// readBody reads the whole body and closes it, as a RoundTripper must, also when
// it fails.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer req.Body.Close()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	body, err := []byte(nil), fmt.Errorf("the request body is larger than %d MB", maxRequestBody>>20)
	if req.ContentLength <= maxRequestBody {
		body, err = wire.Read(req.Body, maxRequestBody, min(req.ContentLength, 1<<20))
	}
	if err != nil {
		return nil, fmt.Errorf("replay %s %s: read the body: %w", req.Method, req.URL.Redacted(), err)
	}
	return body, nil
}

func (r *Replayer) noted(err error) error {
	if miss, ok := err.(*match.MissError); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.missed++; r.missed <= maxMisses {
			r.misses = append(r.misses, miss)
		}
	}
	return err
}

// Missed is how many requests had no answer.
func (r *Replayer) Missed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.missed
}

// Misses lists the requests that had no answer, sorted: the first thousand of them.
func (r *Replayer) Misses() []*match.MissError {
	r.mu.Lock()
	defer r.mu.Unlock()
	misses := slices.Clone(r.misses)
	slices.SortStableFunc(misses, func(a, b *match.MissError) int {
		return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Error(), b.Error()))
	})
	return misses
}

// Pause waits, unless the context ends before.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
