package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

const (
	// maxLinked bounds an answer in which links are rewritten.
	maxLinked = wire.MostBody
	// bodyStall is how long a client may send nothing of a body that it has announced.
	bodyStall = 30 * time.Second
)

// A call is one request of a session and its answer.
type call struct {
	reverse *Reverse
	session *session
	links   served
	foreign bool // meant for a host that is not Graph's

	out    http.Request // what is sent, and where: parts of the call, to be made at once
	target url.URL
}

// outgoing is the request as it is meant: addressed to the host that it is for, with links
// to the served host put back.
func (c *call) outgoing(w http.ResponseWriter, req *http.Request) (*http.Request, *Failure) {
	out, target := &c.out, &c.target
	if failure := c.unhost(target); failure != nil {
		return nil, failure
	}
	out.URL, out.Host, out.RequestURI = target, target.Host, ""
	target.RawQuery = c.links.meantQuery(target.RawQuery)
	if c.session.live || c.foreign {
		out.Header = req.Header.Clone()
		c.clean(out.Header)
	}
	if req.Body == nil || req.Body == http.NoBody {
		return out, nil
	}
	body := bodyOf(w, req, c.reverse.mostBody)
	out.Body = body
	if hosts.IsLinked(req.Header.Get("Content-Type")) {
		if err := c.restore(out, body); err != nil {
			return nil, FailureOf(err)
		}
	}
	return out, nil
}

// unhost finds the host that a path names, if it is not Graph's.
func (c *call) unhost(target *url.URL) *Failure {
	prefix := hostsPath
	rest, found := strings.CutPrefix(target.Path, prefix)
	if !found {
		prefix = httpHostsPath
		if rest, found = strings.CutPrefix(target.Path, prefix); !found {
			return nil
		}
		target.Scheme = "http"
	}
	host, path, _ := strings.Cut(rest, "/")
	if !ascii.All(host, ascii.IsHostPort) {
		return denied(http.StatusBadRequest, "%q is not a host", host)
	}
	if c.session.live && !c.session.issued.has(host) {
		return denied(http.StatusForbidden, "no answer of this session has named the host %s: only such hosts are asked", host)
	}
	c.foreign = true
	c.links.home = c.links.base + prefix + host
	target.Host, target.Path = host, "/"+path
	if target.RawPath != "" {
		raw, ok := strings.CutPrefix(target.RawPath, prefix+host)
		if !ok || raw != "" && raw[0] != '/' {
			return denied(http.StatusBadRequest, "the host in the path is percent-encoded")
		}
		target.RawPath = raw
	}
	return nil
}

// clean drops what is not for the service: what is between neighbours only, what names the
// served host, and a token on its way to a host that is not Graph's.
func (c *call) clean(h http.Header) {
	withoutHops(h)
	delete(h, "Origin")
	delete(h, "Referer")
	if c.foreign {
		protocol.DropCredentials(h)
	}
	for name, values := range h {
		for i := range values {
			h[name][i] = c.links.meant(values[i])
		}
	}
}

// restore puts links in a request's body back to what they stand for. kiota compresses
// every body.
func (c *call) restore(out *http.Request, body io.Reader) error {
	sent, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	plain, left, _ := wire.DecodeSent(out.Method, out.Header, sent, c.reverse.mostBody) // what is damaged is the service's to refuse
	if text := c.links.meant(string(plain)); text != string(plain) {
		sent = []byte(text)
		if left == "" {
			out.Header = out.Header.Clone()
			delete(out.Header, "Content-Encoding")
		}
	}
	wire.SetRequestBody(out, sent)
	return nil
}

// answer sends the request and hands out the answer with its links below the base.
func (c *call) answer(w http.ResponseWriter, out *http.Request) {
	resp, err := c.send(out)
	if err == nil {
		defer resp.Body.Close()
		if recorded, ok := resp.Body.(*transport.Served); ok && unwritable(resp) == nil {
			c.serveRecorded(w, out, resp, recorded)
			return
		}
		late, isFaulty := resp.Body.(*faultyBody)
		if isFaulty {
			resp.Body = late.ReadCloser
		}
		if err = c.rewrite(out, resp); err == nil && isFaulty {
			late.ReadCloser, resp.Body = resp.Body, late
		}
	}
	handOutcome(w, out, resp, err)
}

// send carries the request, and reports to Options.Seen what became of it.
func (c *call) send(out *http.Request) (*http.Response, error) {
	if c.reverse.opts.Seen == nil {
		return c.session.carrier.RoundTrip(out)
	}
	seen := Seen{Session: strings.TrimPrefix(c.session.prefix, sessionsPath+"/"), Request: out}
	resp, err := c.session.carrier.RoundTrip(out.WithContext(match.WithTrace(out.Context(), &seen.Trace)))
	seen.Err = err
	c.reverse.opts.Seen(seen)
	return resp, err
}

// scratch holds bodies while they are written: one write for a body of usual size.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// mostScratch bounds what the pool keeps.
const mostScratch = 1 << 20

// serveRecorded hands out a recorded answer, whose links were found once.
func (c *call) serveRecorded(w http.ResponseWriter, req *http.Request, resp *http.Response, recorded *transport.Served) {
	m := recorded.Noted(findMarks).(*marks)
	header := w.Header()
	for name, values := range resp.Header { // a Replayer leaves out what is for neighbours only
		header[name] = values
	}
	for _, name := range m.headers {
		c.links.header(header, name, resp.StatusCode)
	}
	links := m.body
	if hosts.IsFile(req.Method, req.URL) {
		links = nil
	}
	text, buffer := recorded.Text(), scratch.Get().(*[]byte)
	defer func() {
		if cap(*buffer) <= mostScratch {
			scratch.Put(buffer)
		}
	}()
	*buffer = c.links.append((*buffer)[:0], text, links)
	if len(links) > 0 {
		header["Content-Length"] = []string{strconv.Itoa(len(*buffer))}
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(*buffer) // a client that went away does not want it
	for name, values := range resp.Trailer {
		header[http.TrailerPrefix+name] = values
	}
}

// rewrite puts the links of a live answer, or one that was changed on its way, below the
// base.
func (c *call) rewrite(req *http.Request, resp *http.Response) error {
	resp.Header = resp.Header.Clone() // it may be a recording's
	for name, values := range resp.Header {
		for _, value := range values {
			c.session.issued.add(hosts.HeaderLinks(name, value))
		}
		c.links.header(resp.Header, name, resp.StatusCode)
	}
	if !hosts.IsLinked(resp.Header.Get("Content-Type")) || hosts.IsFile(req.Method, req.URL) || req.Method == http.MethodHead {
		return nil
	}
	came, err := wire.Read(resp.Body, maxLinked, resp.ContentLength)
	resp.Body.Close()
	left := ""
	if err == nil {
		came, left, err = wire.Decode(resp.Header, came, maxLinked)
	}
	if err != nil && !errors.Is(err, wire.ErrUnknown) { // the client may know it
		return fmt.Errorf("read the answer of %s: %w", req.URL.Host, err)
	}
	if left == "" {
		delete(resp.Header, "Content-Encoding")
	}
	if bytes.Contains(came, []byte("://")) || bytes.Contains(came, []byte(`:\/\/`)) {
		text := string(came)
		links := hosts.Links(text)
		c.session.issued.add(links)
		came = c.links.append(came[:0:0], text, links)
	}
	wire.SetResponseBody(resp, came)
	resp.Header.Set("Content-Length", strconv.Itoa(len(came)))
	return nil
}

// bodyOf is a request's body, of so many bytes at most.
func bodyOf(w http.ResponseWriter, req *http.Request, most int64) io.ReadCloser {
	return &stalling{ReadCloser: http.MaxBytesReader(w, req.Body, most), control: http.NewResponseController(w)}
}

// stalling is a body whose client must not stop sending.
type stalling struct {
	io.ReadCloser
	control *http.ResponseController
}

func (s *stalling) Read(p []byte) (int, error) {
	_ = s.control.SetReadDeadline(time.Now().Add(bodyStall)) // some writers have none
	n, err := s.ReadCloser.Read(p)
	var large *http.MaxBytesError
	switch {
	case err == io.EOF:
		_ = s.control.SetReadDeadline(time.Time{})
	case err != nil && !errors.As(err, &large): // the deadline stays, for net/http reads on
		err = fmt.Errorf("%w: %w", errBody, err)
	}
	return n, err
}
