package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
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
	if miss, ok := err.(*match.MissError); ok {
		r.mu.Lock()
		if r.missed++; r.missed <= maxMisses {
			r.misses = append(r.misses, miss)
		}
		r.mu.Unlock()
	}
	if err != nil {
		return nil, err
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

// A template is what all responses made of one recorded answer have in common.
type template struct {
	response http.Response // without Header, Trailer, Body and Request
	header   http.Header   // with the length of the recorded body
	dated    bool          // Date is when it is served
	echoes   []string      // headers that the request's id stands in
	text     string        // the recorded body
	bodiless bool          // a status that has no body
	noting   sync.Once
	noted    any // see Served.Noted
}

// newTemplate adapts a recorded answer to a body that is neither compressed nor chunked.
func newTemplate(i *cassette.Interaction, body string) *template {
	recorded := &i.Response
	proto := recorded.Proto
	major, minor, ok := http.ParseHTTPVersion(proto)
	if !ok {
		proto, major, minor = "HTTP/1.1", 1, 1
	}
	t := &template{
		response: http.Response{Status: statusLine(recorded), StatusCode: recorded.Code, Proto: proto, ProtoMajor: major, ProtoMinor: minor},
		header:   make(http.Header, len(recorded.Headers)+1),
		text:     body,
		bodiless: recorded.Code < 200 || recorded.Code == http.StatusNoContent || recorded.Code == http.StatusNotModified,
	}
	announces := i.Request.Method == http.MethodHead && !t.bodiless // what GET would give
	for _, name := range slices.Sorted(maps.Keys(recorded.Headers)) {
		proper := http.CanonicalHeaderKey(name)
		switch {
		case wire.IsHopByHop(proper), proper == "Content-Length" && !announces:
		case proper == "Content-Encoding" && !wire.Coded(recorded.Headers, body):
		default:
			t.header[proper] = append(t.header[proper], recorded.Headers[name]...)
		}
	}
	if !announces && !t.bodiless {
		t.header["Content-Length"] = []string{strconv.Itoa(len(t.text))}
	}
	if t.header.Get("Date") == protocol.NoDate {
		t.dated = true
		delete(t.header, "Date")
	}
	for name, values := range t.header {
		if protocol.IsEchoedHeader(name) && len(values) == 1 && values[0] == protocol.NoID {
			t.echoes = append(t.echoes, name)
		}
	}
	return t
}

// statusLine is the recorded status. Recordings of other tools hold the phrase alone, or nothing.
func statusLine(r *cassette.Response) string {
	code := strconv.Itoa(r.Code)
	if r.Status == code || strings.HasPrefix(r.Status, code+" ") {
		return r.Status
	}
	return strings.TrimSpace(code + " " + cmp.Or(r.Status, http.StatusText(r.Code)))
}

// A reply is a response and its body in one piece of memory.
type reply struct {
	response http.Response
	body     Served
}

// A Served is the body of a Replayer's response, for those who hand it on with changes. It reads
// the text of an answer without copying it, and says when that was read.
type Served struct {
	strings.Reader
	answer *match.Answer
	from   *template
}

// Text is the whole body, whatever was read of it.
func (b *Served) Text() string { return b.answer.Body }

// Noted returns what note made of the body and headers, which is remembered with the
// recording, for all its responses, where the body is the recorded one. All callers
// must hand in the same function, and treat the result as read-only.
func (b *Served) Noted(note func(text string, header http.Header) any) any {
	if b.Text() != b.from.text { // a batch with other ids, or bound values
		return note(b.Text(), b.from.header)
	}
	b.from.noting.Do(func() { b.from.noted = note(b.from.text, b.from.header) })
	return b.from.noted
}

func (b *Served) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil || b.Len() == 0 {
		b.answer.Read()
	}
	return n, err
}

func (b *Served) WriteTo(to io.Writer) (int64, error) {
	defer b.answer.Read()
	return b.Reader.WriteTo(to)
}

// Close leaves a body that may still be read, which harms nobody.
func (b *Served) Close() error {
	b.answer.Read()
	return nil
}

// respond makes the response to req. It shares no memory with the recording that a
// caller could change.
func respond(req *http.Request, answer *match.Answer, keepRetryAfter bool) *http.Response {
	t := answer.Prepared(func(i *cassette.Interaction, body string) any { return newTemplate(i, body) }).(*template)
	out := &reply{response: t.response}
	response := &out.response
	response.Request = req
	response.Header, response.Trailer = t.header.Clone(), http.Header(answer.Interaction.Response.Trailer).Clone()
	if id := req.Header["Client-Request-Id"]; len(id) == 1 {
		for _, name := range t.echoes {
			response.Header[name] = slices.Clone(id)
		}
	}
	if t.dated {
		response.Header["Date"] = []string{time.Now().UTC().Format(http.TimeFormat)}
	}
	answer.RestoreHeader(response.Header)
	answer.RestoreHeader(response.Trailer)
	if !keepRetryAfter && t.header["Retry-After"] != nil {
		response.Header["Retry-After"] = []string{"0"}
	}
	response.Body = http.NoBody
	switch {
	case t.bodiless:
		answer.Read()
	case req.Method == http.MethodHead:
		answer.Read()
		response.ContentLength = -1
		if length, err := strconv.ParseUint(response.Header.Get("Content-Length"), 10, 63); err == nil {
			response.ContentLength = int64(length)
		}
	default:
		if len(answer.Body) != len(t.text) { // a batch with other ids, or bound values
			response.Header["Content-Length"] = []string{strconv.Itoa(len(answer.Body))}
		}
		response.ContentLength = int64(len(answer.Body))
		out.body.Reset(answer.Body)
		out.body.answer, out.body.from = answer, t
		response.Body = &out.body
	}
	return response
}
