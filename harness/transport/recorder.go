package transport

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// RecorderOptions are what a recording needs beside its journal.
type RecorderOptions struct {
	// Base carries the requests; nil is http.DefaultTransport. What adds a token
	// belongs below the recorder, in Base, so that it cannot be recorded.
	Base http.RoundTripper
	// Redact returns what is stored of an interaction. It must not change its
	// argument. Nil stores all but credentials in headers.
	Redact func(*cassette.Interaction) *cassette.Interaction
	// KeepRetried keeps answers that the client did not take for final: a 429, 503 or
	// 504 after which the same request came again, or a 415 after which it came without
	// gzip.
	KeepRetried bool
}

// Recorder is a RoundTripper that keeps every exchange in a journal before its answer
// is handed to the client. The client's request and the service's answer pass
// unchanged; what is kept is a decoded copy.
//
// Requests are ordered by when they began, whatever the concurrency. An exchange that
// the network broke is noted, not kept.
type Recorder struct {
	journal *cassette.Journal
	opts    RecorderOptions
	next    atomic.Int64

	mu    sync.Mutex
	asked []asked
	notes []Note
}

// asked is what is remembered of an exchange: enough to tell whether it was retried.
type asked struct {
	order   int
	request string // method, address and caller
	code    int
}

// Note is an exchange that could not be kept.
type Note struct {
	Method, URL string // the address without its query
	Err         error
}

// NewRecorder records into a journal.
func NewRecorder(journal *cassette.Journal, opts RecorderOptions) *Recorder {
	if opts.Base == nil {
		opts.Base = http.DefaultTransport
	}
	return &Recorder{journal: journal, opts: opts}
}

// RoundTrip implements http.RoundTripper. Beside the base's errors, there is one for a
// journal that cannot be written: then the exchange took place and was not recorded.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	order := int(r.next.Add(1) - 1)
	sent, copied := teed(req)
	began := time.Now()
	resp, err := r.opts.Base.RoundTrip(sent)
	if err != nil {
		r.note(req, err)
		return nil, err
	}
	resp.Request = req
	e := &exchange{recorder: r, order: order, req: req, resp: resp, sent: copied, began: began}
	return resp, e.receive()
}

// keep journals an interaction.
func (r *Recorder) keep(order int, i *cassette.Interaction) error {
	name := strings.Join([]string{i.Request.Method, i.Request.URL, i.Principal}, " ")
	stored := i
	if r.opts.Redact != nil {
		stored = r.opts.Redact(i)
	}
	if err := r.journal.Append(order, stored); err != nil {
		return fmt.Errorf("record %s %s: %w", i.Request.Method, bare(i.Request.URL), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, asked{order, name, i.Response.Code})
	return nil
}

func (r *Recorder) note(req *http.Request, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, Note{req.Method, bare(req.URL.String()), err})
}

// bare is an address without its query, which may hold a token.
func bare(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// Notes lists the exchanges that could not be kept.
func (r *Recorder) Notes() []Note {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.notes)
}

// Save makes the cassette file of what was recorded, once no request is under way:
// polish sees each stored interaction once more, now that all values are known, and
// guard may refuse. Then the journal is removed. On an error the old file and the
// journal both stay.
func (r *Recorder) Save(file string, meta cassette.Meta, polish func(*cassette.Interaction), guard cassette.Guard) error {
	if err := r.journal.SaveJournal(file, meta, r.retried(), polish, guard); err != nil {
		return err
	}
	return r.journal.Remove()
}

// Len is how many interactions Save would write.
func (r *Recorder) Len() int { return r.journal.Len() - len(r.retried()) }

// retried are the exchanges after which the client sent the same request again
// because of how they ended.
func (r *Recorder) retried() map[int]bool {
	if r.opts.KeepRetried {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortFunc(r.asked, func(a, b asked) int { return cmp.Compare(a.order, b.order) })
	last := map[string]int{}
	for _, a := range r.asked {
		last[a.request] = a.order
	}
	drop := map[int]bool{}
	for _, a := range r.asked {
		if passing(a.code) && last[a.request] > a.order {
			drop[a.order] = true
		}
	}
	return drop
}

// passing reports whether a status asks the client to try again: later (429, 503,
// 504; concepts/throttling), or without compressing the body (415: kiota then sends it
// plain).
func passing(code int) bool {
	switch code {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusUnsupportedMediaType:
		return true
	}
	return false
}
