package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// ErrBroken is a connection that is broken on purpose: whoever serves the request drops
// the client's connection without another word.
var ErrBroken = errors.New("the connection is broken on purpose (--fault broken)")

// A Fault is a failure to inject.
type Fault struct {
	Kind  FaultKind
	Every int           // each Every-th request; 1 is each
	By    time.Duration // latency: how long to wait; throttle and unavailable: Retry-After
	Bytes int           // slow: bytes a second; broken: bytes of the body that are sent before
	Reads int           // lag: how many reads of what was created find nothing
}

// FaultKind says how a request fails.
type FaultKind string

// The kinds of fault.
const (
	FaultThrottle    FaultKind = "throttle"    // 429
	FaultUnavailable FaultKind = "unavailable" // 503
	FaultLatency     FaultKind = "latency"     // a late answer
	FaultBroken      FaultKind = "broken"      // the connection is dropped
	FaultSlow        FaultKind = "slow"        // a body that comes slowly
	FaultLag         FaultKind = "lag"         // what was just created is not found yet
	FaultEmpty       FaultKind = "empty"       // success, and no body
	FaultTwice       FaultKind = "twice"       // a list has an item twice
	FaultTruncated   FaultKind = "truncated"   // ids lack their end
)

// FaultHelp says what ParseFault reads.
const FaultHelp = `throttle[:every=N,after=SECONDS]      429 with Retry-After (default 0)
unavailable[:every=N,after=SECONDS]   503, likewise; 503 is short for it
latency:by=DURATION[,every=N]         the answer comes late
broken[:every=N,bytes=N]              the connection is dropped, after so many bytes of the body
slow:bytes=N[,every=N]                so many bytes of the body a second
lag=N                                 the first N reads of what was created are 404
empty[:every=N]                       a good answer has no body
twice[:every=N]                       a list has its first item twice, as a delta may
truncated[:every=N]                   ids in the answer lack their last character`

// ParseFault reads a fault such as throttle:every=7 or latency:by=200ms,every=3.
func ParseFault(text string) (Fault, error) {
	kind, rest, more := strings.Cut(text, ":")
	switch name, reads, short := strings.Cut(kind, "="); {
	case kind == "503":
		kind = string(FaultUnavailable)
	case short && name == string(FaultLag) && !more:
		kind, rest, more = name, "reads="+reads, true
	}
	f := Fault{Kind: FaultKind(kind), Every: 1}
	allowed, known := faultParameters[f.Kind]
	if !known {
		return f, fmt.Errorf("fault %q: unknown kind %q: want throttle, unavailable, latency, broken, slow, lag, empty, twice or truncated", text, kind)
	}
	for parameter := range strings.SplitSeq(rest, ",") {
		if !more {
			break
		}
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.Contains(allowed, " "+name+" ") {
			return f, fmt.Errorf("fault %q: %s has no parameter %q: it has%s", text, kind, name, strings.TrimRight(allowed, " "))
		}
		if err := f.set(name, value); err != nil {
			return f, fmt.Errorf("fault %q: %s: %w", text, name, err)
		}
	}
	if f.Kind == FaultLatency && f.By == 0 || f.Kind == FaultSlow && f.Bytes == 0 || f.Kind == FaultLag && f.Reads == 0 {
		return f, fmt.Errorf("fault %q: how much? it has%s", text, strings.TrimRight(allowed, " "))
	}
	return f, nil
}

var faultParameters = map[FaultKind]string{
	FaultThrottle: " every after ", FaultUnavailable: " every after ", FaultLatency: " by every ",
	FaultBroken: " every bytes ", FaultSlow: " bytes every ", FaultLag: " reads ",
	FaultEmpty: " every ", FaultTwice: " every ", FaultTruncated: " every ",
}

func (f *Fault) set(name, value string) error {
	if name == "by" {
		by, err := time.ParseDuration(value)
		if err != nil || by <= 0 || by > time.Hour {
			return fmt.Errorf("want a duration of at most an hour, such as 200ms, not %q", value)
		}
		f.By = by
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n == 0 && name == "every" || n > 1e9 || name == "after" && n > 3600 {
		return fmt.Errorf("want a number, not %q", value)
	}
	switch name {
	case "every":
		f.Every = n
	case "after":
		f.By = time.Duration(n) * time.Second
	case "bytes":
		f.Bytes = n
	case "reads":
		f.Reads = n
	}
	return nil
}

// Faults are injected before a RoundTripper, the first that is due for a request.
type Faults []Fault

// Over injects the faults before base. They count the requests of this RoundTripper, so
// that the k-th fails on every run; a request that fails does not reach base.
func (f Faults) Over(base http.RoundTripper) http.RoundTripper {
	if len(f) == 0 {
		return base
	}
	return &faulty{faults: f, base: base, lags: lags{early: map[string]int{}}}
}

type faulty struct {
	faults Faults
	base   http.RoundTripper
	seen   atomic.Int64
	lags   lags
}

func (f *faulty) RoundTrip(req *http.Request) (*http.Response, error) {
	n := f.seen.Add(1)
	var late, slow *Fault
	var changes []*Fault
	for i := range f.faults {
		fault := &f.faults[i]
		switch {
		case n%int64(fault.Every) != 0:
		case fault.Kind == FaultLatency:
			late = fault
		case fault.changes() && !(fault.Kind == FaultLag && f.lags.isEarly(req)):
			changes = append(changes, fault)
		case fault.Kind == FaultSlow, fault.Kind == FaultBroken && fault.Bytes > 0:
			slow = fault
		default:
			closeBody(req)
			return fault.answer(req)
		}
	}
	if late != nil {
		if err := transport.Pause(req.Context(), late.By); err != nil {
			closeBody(req)
			return nil, err
		}
	}
	resp, err := f.base.RoundTrip(req)
	if err == nil && len(changes) > 0 {
		err = f.change(resp, req, changes)
	}
	if err == nil && slow != nil {
		resp.Body = &faultyBody{ReadCloser: resp.Body, ctx: req.Context(), fault: slow}
	}
	return resp, err
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

func (f *Fault) answer(req *http.Request) (*http.Response, error) {
	after := http.Header{"Retry-After": {strconv.Itoa(int(f.By / time.Second))}}
	switch f.Kind {
	case FaultThrottle:
		return (&Failure{Status: http.StatusTooManyRequests, Code: protocol.TooManyRequests, Message: "throttled on purpose (--fault throttle)", Header: after}).Response(req), nil
	case FaultUnavailable:
		return (&Failure{Status: http.StatusServiceUnavailable, Code: "serviceNotAvailable", Message: "unavailable on purpose (--fault unavailable)", Header: after}).Response(req), nil
	case FaultLag:
		return (&Failure{Status: http.StatusNotFound, Code: "Request_ResourceNotFound", Message: "not found yet, on purpose (--fault lag)"}).Response(req), nil
	}
	return nil, ErrBroken
}

// faultyBody comes slowly, or breaks off.
type faultyBody struct {
	io.ReadCloser
	ctx   context.Context
	fault *Fault
	read  int
}

// Read gives a tenth of a second's bytes at a time, or what is left before the break.
func (b *faultyBody) Read(p []byte) (int, error) {
	most := max(b.fault.Bytes/10, 1)
	if b.fault.Kind == FaultBroken {
		if most = b.fault.Bytes - b.read; most == 0 {
			return 0, ErrBroken
		}
	} else if err := transport.Pause(b.ctx, time.Duration(most)*time.Second/time.Duration(b.fault.Bytes)); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), most)])
	b.read += n
	return n, err
}

// mostChanged bounds a body that is changed; a larger one passes as it is.
const mostChanged = 16 << 20

// changes reports whether the fault is one of an answer's content, or depends on it.
func (f *Fault) changes() bool {
	return f.Kind == FaultLag || f.Kind == FaultEmpty || f.Kind == FaultTwice || f.Kind == FaultTruncated
}

// change makes the faults in a good answer of JSON. No other has any.
func (f *faulty) change(resp *http.Response, req *http.Request, changes []*Fault) error {
	if !isGood(resp.StatusCode, resp.Header) {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostChanged+1))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > mostChanged {
		resp.Body = wire.Begun(body, resp.Body, nil)
		return nil
	}
	resp.Body.Close()
	doc, err := jsondoc.Parse(string(body))
	if err != nil {
		wire.SetResponseBody(resp, body)
		return nil
	}
	for _, fault := range changes {
		if fault.Kind == FaultLag {
			f.lags.created(createdID(req.Method, resp.StatusCode, doc), fault.Reads)
		} else if changed, is := fault.in(doc); is {
			body = changed
		}
	}
	wire.SetResponseBody(resp, body)
	return nil
}

// isGood reports whether an answer is one that faults change, if it is JSON.
func isGood(status int, header http.Header) bool {
	return status/100 == 2 && hosts.IsLinked(header.Get("Content-Type"))
}

// in makes the fault in an answer, and reports whether that changes it.
func (f *Fault) in(doc any) (body []byte, is bool) {
	switch f.Kind {
	case FaultEmpty:
		return nil, true
	case FaultTwice:
		object, _ := doc.(map[string]any)
		items, _ := object["value"].([]any)
		if len(items) == 0 {
			return nil, false
		}
		object["value"] = append(items, items[0])
	case FaultTruncated:
		if !truncate(doc) {
			return nil, false
		}
	}
	return jsondoc.Canonical(nil, doc), true
}

// MayHappen reports whether the fault changes the answer to a request of some method.
func (f Fault) MayHappen(method string, status int, header http.Header, body string) bool {
	if !f.changes() {
		return true
	}
	doc, err := jsondoc.Parse(body)
	if err != nil || !isGood(status, header) {
		return false
	}
	if f.Kind == FaultLag {
		return createdID(method, status, doc) != ""
	}
	_, is := f.in(doc)
	return is
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

// createdID is the id of what a request made, "" for none.
func createdID(method string, status int, doc any) (id string) {
	if object, _ := doc.(map[string]any); method == http.MethodPost && status == http.StatusCreated {
		id, _ = object["id"].(string)
	}
	return id
}

// created notes what a request made.
func (l *lags) created(id string, reads int) {
	if id == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
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
