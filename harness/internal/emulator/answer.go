package emulator

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An Answer is a response before it is sent, its body not yet compressed.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

const (
	odataJSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	plainJSON = "application/json"
)

// answerJSON carries a body as Graph's successes do (real recordings).
func answerJSON(status int, v any) (Answer, error) {
	body, err := marshal(v)
	if err != nil {
		return Answer{}, fmt.Errorf("encode answer: %w", err)
	}
	a := answerBytes(status, odataJSON, body)
	a.Header.Set("odata-version", "4.0")
	return a, nil
}

func answerBytes(status int, contentType string, body []byte) Answer {
	return Answer{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body}
}

// answerEmpty has no body; headers come in pairs of name and value.
func answerEmpty(status int, headers ...string) Answer {
	a := Answer{Status: status, Header: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		a.Header.Set(headers[i], headers[i+1])
	}
	return a
}

// A fault is an error that a client is told.
type fault struct {
	status        int
	code, message string
	header        http.Header // may be nil
	inner         object      // what stands first in innerError
}

func (f *fault) Error() string { return fmt.Sprintf("%d %s: %s", f.status, f.code, f.message) }

func fail(status int, code, format string, args ...any) *fault {
	return &fault{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// notFound is the directory's 404 (real recordings).
func notFound(key string) *fault {
	return fail(404, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.", key)
}

func badRequest(format string, args ...any) *fault {
	return fail(400, "Request_BadRequest", format, args...)
}

// answer renders the fault as Graph does: plain JSON without an odata-version, a
// date without a zone, and the request's id for a client-request-id that the
// client did not send (real recordings).
func (f *fault) answer(now time.Time, requestID, clientRequestID string) Answer {
	if clientRequestID == "" {
		clientRequestID = requestID
	}
	inner := append(object{}, f.inner...)
	inner = append(inner,
		member{"date", now.UTC().Format("2006-01-02T15:04:05")},
		member{"request-id", requestID},
		member{"client-request-id", clientRequestID})
	body, err := marshal(object{{"error", object{{"code", f.code}, {"message", f.message}, {"innerError", inner}}}})
	if err != nil {
		body = []byte(`{"error":{"code":"InternalServerError","message":""}}`)
	}
	a := answerBytes(f.status, plainJSON, body)
	for name, values := range f.header {
		a.Header[name] = values
	}
	return a
}

// send writes the answer, compressed where the client takes it and the body is
// text. JSON successes are streamed in chunks, as Graph's are; all else has a
// length.
func (a Answer) send(w http.ResponseWriter, r *http.Request) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	contentType := a.Header.Get("Content-Type")
	if len(a.Body) == 0 {
		w.WriteHeader(a.Status)
		return
	}
	w.Header().Set("Vary", "Accept-Encoding")
	compressed := isText(contentType) && acceptsGzip(r.Header.Get("Accept-Encoding"))
	if compressed {
		w.Header().Set("Content-Encoding", "gzip")
	} else if contentType != odataJSON {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	if r.Method == http.MethodHead {
		return
	}
	out := io.Writer(w)
	if compressed {
		zip := gzip.NewWriter(w)
		defer zip.Close()
		out = zip
	}
	half := len(a.Body) / 2
	out.Write(a.Body[:half]) // an error is the client's going away
	if flusher, ok := w.(http.Flusher); ok && contentType == odataJSON {
		flusher.Flush()
	}
	out.Write(a.Body[half:])
}

func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "application/json") || strings.HasPrefix(contentType, "text/")
}

func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.TrimSpace(weight) != "q=0" {
			return true
		}
	}
	return false
}
