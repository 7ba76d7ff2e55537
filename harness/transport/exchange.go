package transport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/match"
)

// exchange is one request on its way to being recorded.
type exchange struct {
	recorder *Recorder
	order    int64
	req      *http.Request
	resp     *http.Response
	sent     upload
	began    time.Time
}

// receive reads the answer and records it, and leaves a body for the client that holds
// the very bytes that came. A body over heldInMemory is recorded when the client reaches
// its end. An error is one of the journal; what the connection does is left to the client
// to find, and noted.
func (e *exchange) receive(resp *http.Response) error {
	e.resp = resp
	if resp.StatusCode == http.StatusSwitchingProtocols {
		e.sent.drop()
		e.note(errors.New("the connection became one of another protocol"))
		return nil
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	body := resp.Body
	held, err := readUpTo(body, heldInMemory+1, resp.ContentLength)
	switch {
	case err != nil:
		body.Close()
		e.sent.drop()
		e.note(err)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(held), broken{err}))
		return nil
	case len(held) > heldInMemory:
		resp.Body = newSpooled(e, held, body)
		return nil
	}
	body.Close()
	text := asText(held)
	resp.Body = io.NopCloser(strings.NewReader(text))
	return e.record(text)
}

// readUpTo reads at most so many bytes; expected is how many there may be, if known.
func readUpTo(r io.Reader, most, expected int64) ([]byte, error) {
	size := max(expected, 0)
	buf := bytes.NewBuffer(make([]byte, 0, min(size, most)+bytes.MinRead))
	_, err := buf.ReadFrom(io.LimitReader(r, most))
	return buf.Bytes(), err
}

// broken is the end of a body whose connection broke.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// record keeps the exchange with the answer's body as it came.
func (e *exchange) record(received string) error {
	sent, whole, err := e.sent.text(e.req)
	switch {
	case err != nil:
		e.lost(fmt.Errorf("keep the request's body: %w", err))
		return nil
	case !whole:
		e.note(fmt.Errorf("the service answered when it had read %d bytes of the request: only those are recorded", len(sent)))
	}
	return e.recorder.keep(e, sent, e.interaction(sent, received))
}

// note tells of an exchange that is not kept as it was.
func (e *exchange) note(err error) { e.tell(err, false) }

// lost tells of one that is not kept, although the client has its answer.
func (e *exchange) lost(err error) { e.tell(err, true) }

func (e *exchange) tell(err error, lost bool) {
	method := methodOf(e.req)
	e.recorder.note(Note{Method: method, URL: e.recorder.address(e.req.URL, method), Err: err, Order: e.order, Lost: lost})
}

// failed says what could not be recorded.
func (e *exchange) failed(err error) error {
	return fmt.Errorf("record %s %s: %w", methodOf(e.req), e.recorder.address(e.req.URL, methodOf(e.req)), err)
}

func (e *exchange) interaction(sent, received string) *cassette.Interaction {
	host := e.req.Host
	if host == "" {
		host = e.req.URL.Host
	}
	asked, sent := e.storable(e.req.Header, sent)
	answered, received := e.storable(e.resp.Header, received)
	length := int64(len(received))
	if methodOf(e.req) == http.MethodHead {
		length = e.resp.ContentLength // of what GET would give
	} else if answered.Get("Content-Length") != "" {
		answered.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	if asked.Get("Content-Length") != "" {
		asked.Set("Content-Length", strconv.Itoa(len(sent)))
	}
	return &cassette.Interaction{
		Principal: match.PrincipalOf(e.req.Context()),
		Request: cassette.Request{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Method: methodOf(e.req), URL: withoutUser(e.req.URL), Host: host,
			Headers: asked, Body: sent, ContentLength: int64(len(sent)), Trailer: withoutCredentials(e.req.Trailer),
		},
		Response: cassette.Response{
			Proto: e.resp.Proto, ProtoMajor: e.resp.ProtoMajor, ProtoMinor: e.resp.ProtoMinor,
			Code: e.resp.StatusCode, Status: e.resp.Status,
			Headers: answered, Body: received, ContentLength: length, Trailer: withoutCredentials(e.resp.Trailer),
			Duration: time.Since(e.began),
		},
	}
}

func methodOf(req *http.Request) string {
	if req.Method == "" {
		return http.MethodGet
	}
	return req.Method
}

// withoutUser is an address without the name and password that http.Transport makes an
// Authorization header of.
func withoutUser(u *url.URL) string {
	if u.User == nil {
		return u.String()
	}
	bare := *u
	bare.User = nil
	return bare.String()
}

// withoutCredentials copies headers, but for those whose values give access: whatever
// redacts or does not, these are never stored.
func withoutCredentials(h http.Header) http.Header {
	kept := h.Clone()
	graph.DropCredentials(kept)
	return kept
}

// storable is a message as a cassette holds it: decoded, and with the headers for that.
// A body that is labelled gzip and is plain stays plain (kiota sends such, depending on
// the order of its middleware). One that is gzip and not labelled is decoded if it should
// be text; else it is a file that somebody compressed, and its bytes are what counts.
func (e *exchange) storable(h http.Header, body string) (http.Header, string) {
	kept := withoutCredentials(h)
	if kept == nil {
		kept = http.Header{}
	}
	kept.Del("Transfer-Encoding")
	label := strings.ToLower(strings.TrimSpace(kept.Get("Content-Encoding")))
	labelled := label == "gzip" || label == "x-gzip"
	if labelled || label == "" && isText(kept.Get("Content-Type")) {
		plain, err := gunzipped(body)
		if err != nil {
			e.note(err)
		}
		body = plain
	}
	switch {
	case labelled:
		kept.Del("Content-Encoding")
	case label != "" && label != "identity" && body != "":
		e.note(fmt.Errorf("a body of content-encoding %s is recorded as it came: nothing in it is redacted", label))
	}
	return kept, body
}

// isText reports whether a body of a content type is read as text.
func isText(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "multipart/") || strings.HasSuffix(kind, "json") ||
		strings.HasSuffix(kind, "xml") || kind == "application/x-www-form-urlencoded"
}

// gunzipped decompresses a body that begins with gzip's magic number and leaves any
// other as it is, also one that only begins so. An error tells why a body is left.
func gunzipped(body string) (string, error) {
	if !strings.HasPrefix(body, "\x1f\x8b\x08") {
		return body, nil
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return body, fmt.Errorf("a body that begins like gzip is recorded as it came: %w", err)
	}
	plain, err := readUpTo(z, largestKept+1, int64(len(body)))
	switch {
	case err != nil:
		return body, fmt.Errorf("a body that begins like gzip is recorded as it came: %w", err)
	case len(plain) > largestKept:
		return body, fmt.Errorf("a body is recorded compressed: %w", oversize{"what it holds"})
	}
	return asText(plain), nil
}
