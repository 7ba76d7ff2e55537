package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// MissHeader is in the answer to a request that has none.
const MissHeader = "Graphvcr-Miss"

// Codes of errors that are the harness's and not Graph's.
const (
	codeMiss     = "graphvcr.miss"
	codeRequest  = "graphvcr.badRequest"
	codeSession  = "graphvcr.session"
	codeUpstream = "graphvcr.upstream"
)

// A Failure is an answer in the shape of Graph's errors.
type Failure struct {
	Status  int
	Code    string
	Message string
	Header  http.Header // beside Content-Type and Content-Length; may be nil
	details []detail
}

func (f *Failure) Error() string { return f.Message }

// denied is the answer to a request that cannot be meant, or not here.
func denied(status int, format string, args ...any) *Failure {
	return &Failure{Status: status, Code: codeRequest, Message: fmt.Sprintf(format, args...)}
}

// answering serves what a handler does, or the failure that it returns.
func answering(serve func(w http.ResponseWriter, req *http.Request) *Failure) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		if f := serve(w, req); f != nil {
			handOut(w, req, f.Response(req))
		}
	}
}

// detail is an element of OData's error.details.
type detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
}

// Body is the failure as Graph would write it.
func (f *Failure) Body() []byte {
	type graphError struct {
		Code       string            `json:"code"`
		Message    string            `json:"message"`
		Details    []detail          `json:"details,omitempty"`
		InnerError map[string]string `json:"innerError"`
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)                                                                            // people read the addresses in it
	_ = encoder.Encode(map[string]graphError{"error": {f.Code, f.Message, f.details, map[string]string{}}}) // strings are always encoded
	return text.Bytes()
}

// Response is the failure as the answer to a request.
func (f *Failure) Response(req *http.Request) *http.Response {
	body := f.Body()
	header := f.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	return &http.Response{
		Status: strconv.Itoa(f.Status) + " " + http.StatusText(f.Status), StatusCode: f.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// Missed is the answer to a miss: 501, which says that the server lacks what the request
// needs, and which neither kiota nor graph-js sends again (they do so after 429, 503 and
// 504).
func Missed(miss *match.MissError) *Failure {
	f := &Failure{Status: http.StatusNotImplemented, Code: codeMiss, Message: miss.Summary(), Header: http.Header{MissHeader: {string(miss.Verdict)}}}
	for _, c := range miss.Nearest {
		near := detail{Code: "nearest", Target: placeOf(&c), Message: c.Request()}
		for _, d := range c.Differences {
			near.Message += fmt.Sprintf("; %s: recorded %s, received %s", d.Field, d.Recorded, d.Received)
		}
		f.details = append(f.details, near)
	}
	return f
}

func placeOf(c *match.Candidate) string {
	if c.Interaction.Line > 0 {
		return fmt.Sprintf("%s:%d", c.Cassette.File, c.Interaction.Line)
	}
	return fmt.Sprintf("%s, interaction %d", c.Cassette.Name, c.Interaction.ID)
}

// FailureOf is the answer to a request that a RoundTripper had none for.
func FailureOf(err error) *Failure {
	var failure *Failure
	var miss *match.MissError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.As(err, &miss):
		return Missed(miss)
	case errors.As(err, &large):
		return denied(http.StatusRequestEntityTooLarge, "the request's body is larger than %d MB", large.Limit>>20)
	case errors.Is(err, errBody):
		return denied(http.StatusBadRequest, "the request's body broke off: %v", err)
	}
	message := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		message = "the service broke the connection off: " + message
	}
	return &Failure{Status: http.StatusBadGateway, Code: codeUpstream, Message: message}
}
