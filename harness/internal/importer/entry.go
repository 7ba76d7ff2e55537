package importer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// An Entry is one interaction of another tool's file, as it stands there.
type Entry struct {
	Number int // its position, from 0

	// Interaction is what could be read of it: its line in the file, the hosts of others and
	// credentials included, bodies decoded.
	Interaction *cassette.Interaction

	// Fault is why it cannot be imported, or nil. It does not quote the entry.
	Fault error

	recorded   time.Time // zero when nobody knows
	counted    string    // Polly.js's: which request it is of, and its number among those of that one
	order      float64
	nameless   string // what addresses such as its own, without a host, are called
	passed     string // what it is that is no exchange of a client with Graph
	unanswered string // why there is no answer
	cut        int    // the line of an answer that calls itself JSON and does not parse
}

// FaultLine is the line of the file on which the fault stands.
func (e *Entry) FaultLine() int {
	var at *fault.Error
	if errors.As(e.Fault, &at) && at.Line > 0 {
		return at.Line
	}
	return e.Interaction.Line
}

// entriesOf makes entries of what a file lists.
func entriesOf[T any](list []T, line func(T) int, read func(T) (*cassette.Interaction, error)) []*Entry {
	entries := make([]*Entry, len(list))
	for n, item := range list {
		i, err := read(item)
		if i == nil {
			i = &cassette.Interaction{}
		}
		i.Line = line(item)
		entries[n] = &Entry{Number: n, Interaction: i, Fault: err}
	}
	return entries
}

// entry takes an entry in, or reports or counts why it does not.
func (g *gathering) entry(e *Entry) error {
	i, word := e.Interaction, g.format.word
	switch {
	case e.nameless != "":
		g.Rejected[e.nameless]++
		g.nameless[e.nameless] = true
		return nil
	case i.Request.Host != "" && !g.known.Has(i.Request.Host):
		g.Rejected[i.Request.Host]++
		return nil
	case e.passed != "":
		g.passed[e.passed]++
		return nil
	case e.Fault != nil:
		g.leaveOut(e.Number, e.FaultLine(), e.Fault)
		return nil
	case e.unanswered != "":
		g.note(ruleImportNoAnswer, report.Warning, i.Line, fmt.Sprintf("left out %s %d: %s", word, e.Number, e.unanswered))
		return nil
	}
	if g.size += len(i.Request.Body) + len(i.Response.Body); g.size > maxRecording {
		return fault.In("import", g.file, i.Line, fmt.Sprintf("more than %d MB of exchanges with Graph", maxRecording>>20), "split the archive")
	}
	if g.format.handwritten {
		g.mend(e)
	}
	if e.cut > 0 {
		g.note(ruleImportCut, report.Warning, e.cut,
			fmt.Sprintf("%s %d: the answer says that it is JSON and does not parse: was it cut off?", word, e.Number))
	}
	for _, name := range protocol.CredentialHeaders() {
		g.dropped[name] += dropHeaders(i.Request.Headers, []string{name}) + dropHeaders(i.Response.Headers, []string{name})
	}
	if err := g.add(*e); err != nil {
		g.leaveOut(e.Number, i.Line, err)
	}
	return nil
}

// mend makes JSON of an answer that says that it is JSON and is not.
func (g *gathering) mend(e *Entry) {
	r, word := &e.Interaction.Response, g.format.word
	if !claimsJSON(r.Headers) || r.Body == "" || json.Valid([]byte(r.Body)) {
		return
	}
	mended, repaired, ok := docs.Mend(r.Body)
	if !ok {
		g.note(ruleImportCut, report.Warning, e.Interaction.Line, fmt.Sprintf("%s %d: the answer says that it is JSON and does not parse", word, e.Number))
		return
	}
	g.note(ruleImportMended, report.Warning, e.Interaction.Line, fmt.Sprintf("%s %d: the answer says that it is JSON and was none; it is now: %s", word, e.Number, repaired))
	r.Body, r.ContentLength = mended, int64(len(mended))
}

func claimsJSON(headers http.Header) bool {
	kind, _, _ := mime.ParseMediaType(headers.Get("Content-Type"))
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// interactionOf puts an interaction together of what a tool wrote down: an absolute address,
// bodies as they were on the wire.
func interactionOf(method, address string, asked http.Header, sent string, code int, phrase string, answered http.Header, body string) (*cassette.Interaction, error) {
	address, _, _ = strings.Cut(address, "#") // what follows is never sent
	i := &cassette.Interaction{Request: request(strings.ToUpper(method), address, "", asked, sent), Response: response(code, phrase, answered, body)}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return i, errors.New("its address is not absolute, or cannot be read")
	}
	i.Request.Host = strings.ToLower(u.Host)
	switch {
	case i.Request.Method == "" || strings.Trim(i.Request.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "":
		return i, errors.New("it has no method")
	case code < 100:
		return i, errors.New("it has no status")
	}
	if sent, err = storedBody(i.Request.Method, sent, asked); err != nil {
		return i, fmt.Errorf("request body: %w", err)
	}
	if body, err = storedBody("", body, answered); err != nil {
		return i, fmt.Errorf("response body: %w", err)
	}
	i.Request = request(i.Request.Method, address, i.Request.Host, asked, sent)
	i.Response = response(code, phrase, answered, body)
	return i, nil
}

// maxBody bounds a body once it is decompressed.
const maxBody = wire.MostBody

// transportHeaders describe the bytes on the wire, not the decoded body that a
// cassette stores.
var transportHeaders = []string{"Transfer-Encoding", "Content-Encoding", "Connection", "Keep-Alive"}

// dropHeaders removes headers and returns how many of the names there were.
func dropHeaders(h http.Header, names []string) (dropped int) {
	for _, name := range names {
		if _, ok := h[name]; ok {
			dropped++
			delete(h, name)
		}
	}
	return dropped
}

func request(method, url, host string, headers http.Header, body string) cassette.Request {
	return cassette.Request{
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Method: method, URL: url, Host: host,
		Headers: headers, Body: body, ContentLength: int64(len(body)),
	}
}

func response(code int, phrase string, headers http.Header, body string) cassette.Response {
	if phrase == "" {
		phrase = http.StatusText(code)
	}
	return cassette.Response{
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Code: code, Status: strings.TrimSpace(fmt.Sprintf("%d %s", code, phrase)),
		Headers: headers, Body: body, ContentLength: int64(len(body)),
	}
}

// storedBody decodes a body that was sent with a method, or with none an answer's, and drops
// the headers that described its encoding and length. One that is labelled br and is not was saved decoded, as browsers do: br has no
// mark to recognise it by.
func storedBody(method, body string, headers http.Header) (string, error) {
	plain, left, err := wire.DecodeSent(method, headers, body, maxBody)
	if err != nil && left != "br" {
		return "", err
	}
	dropHeaders(headers, transportHeaders)
	if headers.Get("Content-Length") != "" {
		headers.Set("Content-Length", strconv.Itoa(len(plain)))
	}
	return plain, nil
}

var whiteSpace = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "")

// fromBase64 decodes base64 that may be broken into lines.
func fromBase64(text string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(whiteSpace.Replace(text))
	if err != nil {
		return "", fmt.Errorf("base64: %w", err)
	}
	return string(data), nil
}
