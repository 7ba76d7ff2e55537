package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// errBody is a request's body that could not be read to its end.
var errBody = errors.New("the client sent less than it announced, or nothing for too long")

// Forward sends req, which is addressed to where it is meant for, through a RoundTripper
// and hands out what comes back. What has no answer gets a [Failure]; where the
// connection is to break ([ErrBroken]), or the answer breaks off, it panics with
// http.ErrAbortHandler, as net/http wants it.
func Forward(w http.ResponseWriter, req *http.Request, carrier http.RoundTripper) {
	resp, err := carrier.RoundTrip(req)
	handOutcome(w, req, resp, err)
}

// handOutcome writes what came of a request that was sent.
func handOutcome(w http.ResponseWriter, req *http.Request, resp *http.Response, err error) {
	if errors.Is(err, ErrBroken) || errors.Is(err, context.Canceled) {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		resp = FailureOf(err).Response(req)
	}
	defer resp.Body.Close()
	handOut(w, req, resp)
}

// handOut writes a response, or a failure where it has a status that cannot be handed on.
func handOut(w http.ResponseWriter, req *http.Request, resp *http.Response) {
	if f := unwritable(resp); f != nil {
		resp = f.Response(req)
	}
	header := w.Header()
	for name, values := range resp.Header {
		if !wire.IsHopByHop(name) {
			header[name] = values
		}
	}
	w.WriteHeader(resp.StatusCode)
	if req.Method == http.MethodHead {
		return
	}
	out := io.Writer(w)
	if _, slow := resp.Body.(*faultyBody); slow || resp.ContentLength < 0 {
		out = flushing{w, http.NewResponseController(w)}
	}
	if _, err := io.Copy(out, resp.Body); err != nil {
		panic(http.ErrAbortHandler) // half an answer must not pass for a whole one
	}
	for name, values := range resp.Trailer {
		header[http.TrailerPrefix+name] = values
	}
}

// unwritable is what a client gets in place of an answer whose status no server of net/http
// can write (it panics below 100 and above 999) or takes for the end of an answer (below
// 200); nil is any other. net/http's client reads 000 to 999.
func unwritable(resp *http.Response) *Failure {
	if code := resp.StatusCode; code < 200 || code > 999 {
		return &Failure{Status: http.StatusBadGateway, Code: codeUpstream, Message: fmt.Sprintf("the answer has the status %03d, with which HTTP ends no answer: want 200 to 999", code)}
	}
	return nil
}

// flushing hands on at once what is written to it.
type flushing struct {
	io.Writer
	control *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err == nil {
		_ = f.control.Flush() // some writers cannot; then it comes later
	}
	return n, err
}

// withoutHops drops from a request what is between the client and this proxy only.
func withoutHops(h http.Header) {
	for _, list := range h["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			delete(h, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	maps.DeleteFunc(h, func(name string, _ []string) bool { return wire.IsHopByHop(name) })
}

// Learn carries requests through base, and adds to known the hosts that answers lead to.
func Learn(known *hosts.Set, base http.RoundTripper) http.RoundTripper { return &learning{known, base} }

type learning struct {
	known *hosts.Set
	base  http.RoundTripper
}

// mostLearned bounds the answers that are read for links.
const mostLearned = 8 << 20

func (l *learning) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.Body == nil || !hosts.IsLinked(resp.Header.Get("Content-Type")) || req.Method == http.MethodHead {
		l.known.Learn(req.Method, req.URL, resp.Header, "")
		return resp, nil
	}
	read, err := io.ReadAll(io.LimitReader(resp.Body, mostLearned))
	text, _, _ := wire.Decode(resp.Header, read, mostLearned) // as it is, where it was cut off
	l.known.Learn(req.Method, req.URL, resp.Header, string(text))
	resp.Body = wire.Begun(read, resp.Body, err)
	return resp, nil
}

// Logged prints a line for each request that a handler has answered: method, address without
// what gives access, status, and how long it took; of a miss also why there was no answer.
// It shows nothing else of what was sent and answered. Data in a line is as it came:
// whoever prints it makes it visible.
func Logged(next http.Handler, print func(line string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &statusWriter{ResponseWriter: w}
		address := match.Shown(r.URL.RequestURI())
		defer func() { // the server's own way to break a connection off is to panic
			status := "broken off"
			if seen.status != 0 {
				status = fmt.Sprint(seen.status)
			}
			line := fmt.Sprintf("%s %s %s %v", r.Method, address, status, time.Since(began).Round(time.Microsecond))
			if why := seen.Header().Get(MissHeader); why != "" {
				line += ": " + why
			}
			print(line)
		}()
		next.ServeHTTP(seen, r)
	})
}

// statusWriter notes the status that is written.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	if s.status == 0 || s.status < 200 { // informational ones come before
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusWriter) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
