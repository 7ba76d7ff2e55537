package transport

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// exchange is one request on its way to being recorded.
type exchange struct {
	recorder *Recorder
	order    int64
	req      *http.Request
	resp     *http.Response
	sent     *copied // the body of the request, if it has one
	began    time.Time
}

// receive reads the answer and records it, and leaves a body for the client that holds
// the very bytes that came. A body over heldBack is recorded when the client reaches
// its end. An error is one of the journal; what the connection does is left to the client
// to find, and noted.
func (e *exchange) receive(resp *http.Response) error {
	e.resp = resp
	if resp.StatusCode == http.StatusSwitchingProtocols {
		e.note(errors.New("the connection became one of another protocol"))
		return nil
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	body := resp.Body
	held, err := wire.Read(body, heldBack, resp.ContentLength)
	if errors.Is(err, wire.ErrTooLarge) {
		length := resp.ContentLength
		if len(resp.Trailer) > 0 {
			length = -1 // the end brings the trailer
		}
		resp.Body = &passing{copied: copied{ReadCloser: wire.Begun(held, body, nil), what: "the answer", left: length}, exchange: e}
		return nil
	}
	body.Close()
	if err != nil {
		e.note(err)
		resp.Body = wire.Begun(held, http.NoBody, err)
		return nil
	}
	text := asText(held)
	resp.Body = io.NopCloser(strings.NewReader(text))
	return e.record(text)
}

// record keeps the exchange with the answer's body as it came.
func (e *exchange) record(received string) error {
	sent, whole, err := e.sentText()
	switch {
	case err != nil:
		e.lost(fmt.Errorf("keep the request's body: %w", err))
		return nil
	case !whole:
		e.note(fmt.Errorf("the service answered when it had read %d bytes of the request: only those are recorded", len(sent)))
	}
	i, err := e.interaction(sent, received)
	if err != nil {
		e.lost(err)
		return nil
	}
	return e.recorder.keep(e, sent, i)
}

// note reports an exchange that is not kept as it was, lost one that is not kept although the
// client has its answer.
func (e *exchange) note(err error) { e.recorder.note(e, err, false) }
func (e *exchange) lost(err error) { e.recorder.note(e, err, true) }

// failed says what could not be recorded.
func (e *exchange) failed(err error) error {
	return fmt.Errorf("record %s %s: %w", methodOf(e.req), e.recorder.address(e.req), err)
}

// interaction is the exchange as it is kept; an error where a body would be too large once decoded.
func (e *exchange) interaction(sent, received string) (*cassette.Interaction, error) {
	asked, sent, err := e.storable("the request's body", methodOf(e.req), e.req.Header, sent)
	if err != nil {
		return nil, err
	}
	answered, received, err := e.storable("the answer", "", e.resp.Header, received)
	if err != nil {
		return nil, err
	}
	length := int64(len(received))
	if methodOf(e.req) == http.MethodHead {
		length = e.resp.ContentLength // of what GET would give
	}
	address := *e.req.URL
	address.User = nil // http.Transport makes an Authorization header of it
	return &cassette.Interaction{
		Principal: match.PrincipalOf(e.req.Context()),
		Request: cassette.Request{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Method: methodOf(e.req), URL: address.String(), Host: cmp.Or(e.req.Host, e.req.URL.Host),
			Headers: asked, Body: sent, ContentLength: int64(len(sent)), Trailer: withoutCredentials(e.req.Trailer),
		},
		Response: cassette.Response{
			Proto: e.resp.Proto, ProtoMajor: e.resp.ProtoMajor, ProtoMinor: e.resp.ProtoMinor,
			Code: e.resp.StatusCode, Status: e.resp.Status,
			Headers: answered, Body: received, ContentLength: length, Trailer: withoutCredentials(e.resp.Trailer),
			Duration: time.Since(e.began),
		},
	}, nil
}

func methodOf(req *http.Request) string { return cmp.Or(req.Method, http.MethodGet) }

// sendable puts spaces in place of what no header may hold, and net/http reads (RFC 9110, 5.5).
var sendable = strings.NewReplacer("\r", " ", "\x00", " ")

// withoutCredentials copies headers, but for those whose values give access: whatever
// redacts or does not, these are never stored.
func withoutCredentials(h http.Header) http.Header {
	kept := h.Clone()
	protocol.DropCredentials(kept)
	for _, values := range kept {
		for n, v := range values {
			values[n] = sendable.Replace(v)
		}
	}
	return kept
}

// storable is a message as a cassette holds it: decoded, and with the headers for that.
func (e *exchange) storable(what, method string, h http.Header, body string) (http.Header, string, error) {
	kept := withoutCredentials(h)
	kept.Del("Transfer-Encoding")
	plain, left, err := wire.DecodeSent(method, kept, body, wire.MostBody)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return nil, "", oversize(what + ", once it is decoded,")
	case err != nil:
		e.note(fmt.Errorf("%s is recorded as it came, and nothing in it is redacted: %w", what, err))
	}
	if left == "" {
		kept.Del("Content-Encoding")
	}
	if body != "" && kept.Get("Content-Length") != "" { // the answer to HEAD tells another length
		kept.Set("Content-Length", strconv.Itoa(len(plain)))
	}
	return kept, plain, nil
}

// outgoing is the request to send: the client's own but for a body that is copied while it is
// read, and the codings that are asked for.
func (e *exchange) outgoing() *http.Request {
	accepted := e.req.Header.Values("Accept-Encoding")
	hasBody := e.req.Body != nil && e.req.Body != http.NoBody
	if accepted == nil && !hasBody {
		return e.req
	}
	sent := e.req.Clone(e.req.Context())
	if accepted != nil {
		sent.Header.Set("Accept-Encoding", recordable(accepted))
	}
	if hasBody {
		e.sent = &copied{ReadCloser: sent.Body, what: "the request's body", left: sent.ContentLength}
		sent.Body = e.sent
	}
	return sent
}

// sentText is the body that the client meant to send. A service may answer before it has read
// all of it (413, 415, 401), and who sends it may start over; then the client is asked for another
// copy. Where it can give none, the text is what was sent, and whole is false.
func (e *exchange) sentText() (text string, whole bool, err error) {
	if e.sent == nil {
		return "", true, nil
	}
	if whole = e.sent.whole.Load(); whole || e.req.GetBody == nil {
		text, err = e.sent.text()
		return text, whole, err
	}
	e.sent.drop()
	again, err := e.req.GetBody()
	if err != nil {
		return "", false, err
	}
	defer again.Close()
	body, err := wire.Read(again, wire.MostBody, e.req.ContentLength)
	return asText(body), true, err
}

// recordable limits Accept-Encoding to gzip, so that a recording does not depend on what
// the client's runtime knows: Node asks for "br, gzip, deflate".
func recordable(accepted []string) string {
	for coding := range strings.SplitSeq(strings.ToLower(strings.Join(accepted, ",")), ",") {
		name, quality, _ := strings.Cut(coding, ";")
		if name = strings.TrimSpace(name); (name == "gzip" || name == "x-gzip") && strings.TrimSpace(quality) != "q=0" {
			return "gzip"
		}
	}
	return "identity"
}

// drained is how much of a large answer is read for a client that stops before its end:
// one that decodes JSON stops at the last brace.
const drained = 64 << 10

// passing is the body of a large answer. The client reads it as it comes, and its end is
// not handed out before the exchange is recorded.
type passing struct {
	copied
	exchange *exchange
	failure  error // of recording

	reading, over atomic.Bool // over: it is recorded, or noted
}

func (b *passing) Read(p []byte) (int, error) {
	b.reading.Store(true)
	defer b.reading.Store(false)
	n, err := b.copied.Read(p)
	switch {
	case b.whole.Load():
		if failed := b.record(); failed != nil {
			return 0, failed
		}
	case err != nil:
		b.giveUp(err)
	}
	return n, err
}

func (b *passing) record() error {
	if b.over.Swap(true) {
		return b.failure
	}
	body, err := b.text()
	if err != nil {
		b.exchange.lost(fmt.Errorf("keep the answer's body: %w", err))
		return nil
	}
	if err := b.exchange.record(body); err != nil {
		b.failure = b.exchange.failed(err)
	}
	return b.failure
}

func (b *passing) giveUp(err error) {
	if !b.over.Swap(true) {
		b.drop()
		b.exchange.note(err)
	}
}

// Close records the exchange if all but a little of the answer was read, and notes it if
// not. It may be called while a Read waits, to end that.
func (b *passing) Close() error {
	if !b.reading.Load() && !b.over.Load() {
		_, _ = io.CopyN(io.Discard, b, drained) // Read records, and keeps its failure
	}
	b.giveUp(errors.New("the client did not read the answer to its end"))
	err := b.copied.Close()
	if !b.reading.Load() {
		err = errors.Join(b.failure, err)
	}
	return err
}

// heldBack is the largest answer that is handed out only once all of it is recorded.
const heldBack = 8 << 20

// oversize says that a body is too much for a cassette, decompressed or not.
func oversize(what string) error {
	return fmt.Errorf("%s is larger than %d MB", what, wire.MostBody>>20)
}

// copied is a body that is copied while it is read, in pieces: a copy that had to move would take
// several times its size. Read never fails because of the copy, for the body is the client's; text
// does. Read and text may be called at once.
type copied struct {
	io.ReadCloser
	what  string
	left  int64       // of a body whose length is known, else 0 and below
	whole atomic.Bool // it was read to its end

	mu   sync.Mutex
	held [][]byte
	size int
	err  error // why nothing more is held
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.hold(p[:n])
	if c.left -= int64(n); n > 0 && c.left == 0 || err == io.EOF {
		c.whole.Store(true)
	}
	return n, err
}

var errDropped = errors.New("it was dropped")

const smallestPiece, largestPiece = 4 << 10, 1 << 20

// hold adds to the copy.
func (c *copied) hold(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.size+len(p) > wire.MostBody {
		c.held, c.err = nil, oversize(c.what)
	}
	for c.err == nil && len(p) > 0 {
		last := len(c.held) - 1
		if last < 0 || len(c.held[last]) == cap(c.held[last]) {
			piece := max(smallestPiece, min(largestPiece, max(c.size, len(p))))
			c.held, last = append(c.held, make([]byte, 0, piece)), last+1
		}
		n := min(len(p), cap(c.held[last])-len(c.held[last]))
		c.held[last] = append(c.held[last], p[:n]...)
		c.size, p = c.size+n, p[n:]
	}
}

// text is the whole copy, once.
func (c *copied) text() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, err := bytes.Join(c.held, nil), c.err
	c.held, c.err = nil, errDropped
	return asText(held), err
}

func (c *copied) drop() { _, _ = c.text() }

// asText is a string of bytes that nobody changes from now on.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
