package transport

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

// RecorderOptions are what a recording needs beside its journal.
type RecorderOptions struct {
	// Base carries the requests; nil is http.DefaultTransport. What adds a token
	// belongs below the recorder, in Base, so that it cannot be recorded.
	Base http.RoundTripper
	// Redact returns what is stored of an interaction, which is final, and a note that
	// Journal.Notes gives back. It must not change its argument. Nil stores all but
	// credentials in headers.
	Redact func(*cassette.Interaction) (stored *cassette.Interaction, note []byte)
}

// Recorder is a RoundTripper that keeps every exchange in a journal: see the package.
//
// Requests are ordered by when they began, whatever the concurrency. An exchange that
// the network broke is noted, not kept, and so is one that no cassette can hold: its answer
// is handed out all the same, and those before and after it are kept.
type Recorder struct {
	journal *journal.Journal
	opts    RecorderOptions
	next    atomic.Int64
	retries retries

	mu    sync.Mutex
	notes []Note
}

// Note is an exchange that could not be kept, or not as it was.
type Note struct {
	Method, URL string // the address without its query, redacted
	Err         error
	Order       int64 // of its request: its place in the recording, from 0
	Lost        bool  // the client was answered, and a replay has no such answer
}

func (n Note) String() string {
	return fmt.Sprintf("interaction %d, %s %s: %v", n.Order, n.Method, n.URL, n.Err)
}

// NewRecorder records into a journal, behind what that holds already.
func NewRecorder(j *journal.Journal, opts RecorderOptions) *Recorder {
	if opts.Base == nil {
		opts.Base = quiet.Over(http.DefaultTransport)
	}
	if opts.Redact == nil {
		opts.Redact = func(i *cassette.Interaction) (*cassette.Interaction, []byte) { return i, nil }
	}
	keys, _ := match.NewIndex(match.Rules{}) // no rule, no cassette: nothing to object to
	r := &Recorder{journal: j, opts: opts, retries: retries{keys: keys, waiting: map[string][]refusal{}}}
	before, _ := j.Len()
	r.next.Store(int64(before))
	return r
}

// RoundTrip implements http.RoundTripper. Beside the base's errors, there is one for a
// journal that cannot be written: then the exchange took place and was not recorded,
// and no later one is made.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	e := &exchange{recorder: r, req: req, began: time.Now(), order: r.next.Add(1) - 1}
	if err := r.journal.Err(); err != nil { // before anything happens
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, e.failed(err)
	}
	resp, err := r.opts.Base.RoundTrip(e.outgoing())
	if err != nil {
		why := err
		if req.Context().Err() != nil {
			why = fmt.Errorf("the client was gone before its answer came: %w", err)
		}
		e.note(why)
		return nil, err
	}
	resp.Request = req
	if err := e.receive(resp); err != nil {
		resp.Body.Close()
		return nil, e.failed(err)
	}
	return resp, nil
}

// keep journals an exchange.
func (r *Recorder) keep(e *exchange, sent string, i *cassette.Interaction) error {
	stored, note := r.opts.Redact(i)
	match.TraceRecorded(e.req.Context(), stored)
	retryOf := r.retries.meet(e.order, r.next.Load(), e.req, sent, i.Response.Code)
	err := r.journal.Append(int(e.order), retryOf, stored, note)
	var fault *cassette.UnstorableError
	if errors.As(err, &fault) {
		e.lost(err)
		return nil
	}
	return err
}

func (r *Recorder) note(e *exchange, err error, lost bool) {
	n := Note{Method: methodOf(e.req), URL: r.address(e.req), Err: err, Order: e.order, Lost: lost}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, n)
}

// address is what may be said of where a request went: no query, which may hold a
// token, and what redaction leaves of the rest.
func (r *Recorder) address(req *http.Request) string {
	if req.URL == nil {
		return "(no address)"
	}
	stored, _ := r.opts.Redact(&cassette.Interaction{Request: cassette.Request{Method: methodOf(req), URL: req.URL.Redacted(), Host: req.URL.Host}})
	text, _, _ := strings.Cut(stored.Request.URL, "?")
	return text
}

// Notes lists the exchanges that could not be kept, in the order of their requests.
func (r *Recorder) Notes() []Note {
	r.mu.Lock()
	defer r.mu.Unlock()
	notes := slices.Clone(r.notes)
	slices.SortStableFunc(notes, func(a, b Note) int { return cmp.Compare(a.Order, b.Order) })
	return notes
}

// Len is how many interactions Save would write.
func (r *Recorder) Len() int {
	all, retried := r.journal.Len()
	return all - retried
}

// Retried is how many answers the client did not treat as final: the same request came again.
func (r *Recorder) Retried() int {
	_, retried := r.journal.Len()
	return retried
}

// Save ends the recording and makes the cassette file of it, once no request is under
// way. The file is replaced as a whole; then the journal is removed. On an error both stay, and
// the recording is over all the same. It returns what was left out, as Journal.Save does.
func (r *Recorder) Save(file string, meta cassette.Meta, how journal.Saving) ([]journal.LeftOut, error) {
	left, err := r.journal.Save(file, meta, how)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w (what was recorded stays in %s)", err, r.journal.Name()), r.journal.Close())
	}
	return left, r.journal.Remove()
}

// retries finds the answers that the client did not treat as final: it sent the same
// request again, by its match.Key, after one that asked for that. It is safe for concurrent use.
type retries struct {
	mu      sync.Mutex
	keys    *match.Index // of no cassette: it makes keys
	waiting map[string][]refusal
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
