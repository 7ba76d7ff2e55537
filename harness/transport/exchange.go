package transport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/match"
)

const (
	// heldInMemory is the largest body that waits in memory until it is recorded. A
	// larger one is handed to the client as it comes, spooled to a file meanwhile.
	heldInMemory = 8 << 20
	// largestPlain bounds what a compressed body is decompressed to.
	largestPlain = 256 << 20
)

// exchange is one request on its way to being recorded.
type exchange struct {
	recorder *Recorder
	order    int
	req      *http.Request
	resp     *http.Response
	sent     *copyOf
	began    time.Time
}

// receive reads the answer and records it, and leaves a body for the client that holds
// the very bytes that came. A body over heldInMemory is recorded when the client
// reaches its end.
func (e *exchange) receive() error {
	body := e.resp.Body
	held, err := io.ReadAll(io.LimitReader(body, heldInMemory+1))
	switch {
	case err != nil:
		body.Close()
		e.recorder.note(e.req, err)
		e.resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(held), failing{err}))
		return nil
	case len(held) > heldInMemory:
		return e.spool(held, body)
	}
	body.Close()
	e.resp.Body = io.NopCloser(bytes.NewReader(held))
	return e.record(string(held))
}

// record keeps the exchange with the answer's body as it came.
func (e *exchange) record(body string) error {
	sent, err := e.sent.all()
	if err != nil {
		return fmt.Errorf("record %s %s: read the request's body: %w", e.req.Method, bare(e.req.URL.String()), err)
	}
	return e.recorder.keep(e.order, e.interaction(sent, body))
}

func (e *exchange) interaction(sent, received string) *cassette.Interaction {
	host := e.req.Host
	if host == "" {
		host = e.req.URL.Host
	}
	asked, answered := e.req.Header.Clone(), e.resp.Header.Clone()
	sent, received = stored(asked, sent), stored(answered, received)
	return &cassette.Interaction{
		Principal: match.PrincipalOf(e.req.Context()),
		Request: cassette.Request{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Method: methodOf(e.req), URL: e.req.URL.String(), Host: host,
			Headers: asked, Body: sent, ContentLength: int64(len(sent)), Trailer: e.req.Trailer.Clone(),
		},
		Response: cassette.Response{
			Proto: e.resp.Proto, ProtoMajor: e.resp.ProtoMajor, ProtoMinor: e.resp.ProtoMinor,
			Code: e.resp.StatusCode, Status: e.resp.Status,
			Headers: answered, Body: received, ContentLength: int64(len(received)), Trailer: e.resp.Trailer.Clone(),
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

// neverStored are headers whose values give access.
var neverStored = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Ms-Authorization-Auxiliary"}

// stored is the body as a cassette holds it, decoded, and adjusts the headers to it. A
// body that is labelled gzip and is plain stays plain (kiota sends such, depending on
// the order of its middleware).
func stored(h http.Header, body string) string {
	for _, name := range neverStored {
		h.Del(name)
	}
	h.Del("Transfer-Encoding")
	if plain, ok := gunzipped(body); ok {
		body = plain
		h.Del("Content-Encoding")
	} else if strings.EqualFold(h.Get("Content-Encoding"), "gzip") {
		h.Del("Content-Encoding")
	}
	if h.Get("Content-Length") != "" {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return body
}

// gunzipped decompresses a body that begins with gzip's magic number.
func gunzipped(body string) (string, bool) {
	if !strings.HasPrefix(body, "\x1f\x8b\x08") {
		return "", false
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return "", false
	}
	plain, err := io.ReadAll(io.LimitReader(z, largestPlain+1))
	if err != nil || len(plain) > largestPlain {
		return "", false
	}
	return string(plain), true
}

// failing is the end of a body whose connection broke.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// spool hands a large answer on as it comes, with a copy in a file of its own.
func (e *exchange) spool(held []byte, rest io.ReadCloser) error {
	file, err := os.CreateTemp("", "graphvcr-*.body") // mode 0600
	if err != nil {
		rest.Close()
		return fmt.Errorf("record a large answer: %w", err)
	}
	s := &spooled{exchange: e, file: file, rest: rest}
	s.Reader = io.TeeReader(io.MultiReader(bytes.NewReader(held), rest), file)
	e.resp.Body = s
	return nil
}

// spooled is the body of a large answer.
type spooled struct {
	io.Reader
	exchange *exchange
	file     *os.File
	rest     io.ReadCloser
	once     sync.Once
}

// Read records the exchange when the answer ends, before the client knows that it did.
func (s *spooled) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		var failed error
		s.once.Do(func() { failed = s.record() })
		if failed != nil {
			return n, failed
		}
	default:
		s.once.Do(func() { s.exchange.recorder.note(s.exchange.req, err); s.drop() })
	}
	return n, err
}

func (s *spooled) record() error {
	defer s.drop()
	body, err := os.ReadFile(s.file.Name())
	if err != nil {
		return fmt.Errorf("record a large answer: %w", err)
	}
	return s.exchange.record(string(body))
}

func (s *spooled) drop() {
	s.file.Close()
	os.Remove(s.file.Name())
}

// Close without having read to the end leaves the exchange unrecorded, and says so.
func (s *spooled) Close() error {
	s.once.Do(func() {
		s.exchange.recorder.note(s.exchange.req, errors.New("the client did not read the answer to its end"))
		s.drop()
	})
	return s.rest.Close()
}

// copyOf is what was read of a request's body.
type copyOf struct {
	mu   sync.Mutex
	body bytes.Buffer
	file *os.File // what is over heldInMemory
	err  error
}

// teed is the request to send, and where a copy of its body gathers. The client's
// body is read once, and as far as the base reads it.
func teed(req *http.Request) (*http.Request, *copyOf) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, &copyOf{}
	}
	c := &copyOf{}
	sent := req.Clone(req.Context())
	sent.Body = &tee{ReadCloser: req.Body, to: c}
	if req.GetBody != nil {
		sent.GetBody = func() (io.ReadCloser, error) {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			c.reset()
			return &tee{ReadCloser: body, to: c}, nil
		}
	}
	return sent, c
}

type tee struct {
	io.ReadCloser
	to *copyOf
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.to.write(p[:n])
	return n, err
}

func (c *copyOf) write(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil && c.body.Len()+len(p) > heldInMemory {
		c.file, c.err = os.CreateTemp("", "graphvcr-*.body")
	}
	if c.file != nil {
		if _, err := c.file.Write(p); err != nil {
			c.err = err
		}
		return
	}
	c.body.Write(p)
}

// reset forgets a body that the base begins to send anew.
func (c *copyOf) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.body.Reset()
	c.dropFile()
}

func (c *copyOf) dropFile() {
	if c.file != nil {
		c.file.Close()
		os.Remove(c.file.Name())
		c.file = nil
	}
}

// all is the whole copy.
func (c *copyOf) all() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.dropFile()
	if c.file == nil || c.err != nil {
		return c.body.String(), c.err
	}
	rest, err := os.ReadFile(c.file.Name())
	return c.body.String() + string(rest), err
}
