package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
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

	recorded time.Time // zero when nobody knows
}

// FaultLine is the line of the file on which the fault stands.
func (e *Entry) FaultLine() int { return lineOf(e.Fault, e.Interaction.Line) }

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

// entries imports the entries of a file.
func (r Reader) entries(f *Format, file, name string, data []byte, clean func(*cassette.Cassette) error) (*Result, error) {
	entries, err := f.entries(file, data)
	if err != nil {
		return nil, err
	}
	g := gather(file, name, f.source, r)
	for _, e := range entries {
		i := e.Interaction
		switch {
		case i.Request.Host != "" && !g.known.Has(i.Request.Host):
			g.Rejected[i.Request.Host]++
			continue
		case e.Fault != nil:
			g.leaveOut(f.word, e.Number, e.FaultLine(), e.Fault)
			continue
		case f.handwritten:
			g.mend(f.word, e)
		}
		g.dropCredentials(i)
		if err := g.add(i); err != nil {
			g.leaveOut(f.word, e.Number, i.Line, err)
		} else if len(g.Cassette.Interactions) == 1 {
			g.Cassette.Meta.RecordedAt = e.recorded.UTC().Truncate(time.Second)
		}
	}
	g.hostFindings()
	g.noteDropped()
	return g.finish(clean)
}

// mend makes JSON of an answer that says that it is JSON and is not.
func (g *gathering) mend(word string, e *Entry) {
	r := &e.Interaction.Response
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

// dropCredentials leaves headers with credentials behind.
func (g *gathering) dropCredentials(i *cassette.Interaction) {
	for _, name := range protocol.CredentialHeaders() {
		g.dropped[name] += dropHeaders(i.Request.Headers, []string{name}) + dropHeaders(i.Response.Headers, []string{name})
	}
}

// noteDropped reports the headers with credentials that stayed behind, by name.
func (g *gathering) noteDropped() {
	for _, name := range protocol.CredentialHeaders() {
		if n := g.dropped[name]; n > 0 {
			g.note(ruleImportCredentials, report.Note, 0, "left out "+fault.Count(n, name+" header"))
		}
	}
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
	if sent, err = storedBody(sent, asked); err != nil {
		return i, fmt.Errorf("request body: %w", err)
	}
	if body, err = storedBody(body, answered); err != nil {
		return i, fmt.Errorf("response body: %w", err)
	}
	i.Request = request(i.Request.Method, address, i.Request.Host, asked, sent)
	i.Response = response(code, phrase, answered, body)
	return i, nil
}
