package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// DocsOptions are what an import of documentation asks its caller for. Both may be
// nil.
type DocsOptions struct {
	// Clean takes out what is not to be stored, before the scenario is drafted.
	Clean func(*cassette.Cassette) error
	// Holds reports whether an answer is a value of the type that its annotation
	// names ("Collection(...)" of it), so that the scenario may expect that.
	Holds func(api, typ string, i *cassette.Interaction) bool
}

// Example is where an interaction of documentation comes from.
type Example struct {
	Request, Response int    // lines of the blocks
	Body              int    // line of the answer's body; 0 without one
	Type              string // that the page says the answer has, "Collection(...)" of it where it is one; "" where it says none
	verbatim          bool   // the body was not repaired, and has its lines
}

// Docs reads a page of Graph's documentation (Markdown, with or without annotations of
// API Doctor). The name becomes the cassette's. Every pair of a request and an answer is
// an interaction and a step of the scenario, with the permissions that the page lists.
//
// What the page leaves open, what was repaired, what could not be imported and where it
// contradicts itself are findings, with the line. The error is for a file that is no
// page.
func Docs(file, name string, o DocsOptions) (*Result, error) {
	text, err := readMost(file, docs.MaxSize+1)
	if err != nil {
		return nil, err
	}
	return docsPage(file, name, string(text), o)
}

// docsPage is Docs for a page that was read.
func docsPage(file, name, text string, o DocsOptions) (*Result, error) {
	page, err := docs.Read(strings.ToValidUTF8(text, "\ufffd"), includesOf(file))
	var large *fault.Error
	if errors.As(err, &large) {
		return nil, fault.In("import", file, large.Line, large.Message, large.Hint)
	} else if err != nil {
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	d := &docsImport{gathering: gather(file, name, filepath.Base(file), Reader{}), page: page}
	d.Cassette.Meta.Origin = cassette.Docs
	d.api = d.version()
	d.pageNotes()
	for i := range page.Pairs {
		d.pair(&page.Pairs[i])
	}
	d.Methods = page.Methods
	return d.finish(o)
}

type docsImport struct {
	*gathering
	page  *docs.Page
	api   string
	pairs []*docs.Pair // of each interaction
}

var inAddress = regexp.MustCompile(`^https?://[^/]+/(v1\.0|beta)(/|$)`)

// version is the API that the page is about: where it lies says so, or its examples.
func (d *docsImport) version() string {
	for _, folder := range slices.Backward(strings.Split(filepath.ToSlash(d.file), "/")) {
		if folder == "beta" || folder == "v1.0" {
			return folder
		}
	}
	for _, p := range d.page.Pairs {
		if match := inAddress.FindStringSubmatch(p.Request.URL); match != nil {
			return match[1]
		}
	}
	return "v1.0"
}

func (d *docsImport) pageNotes() {
	for _, n := range d.page.Notes {
		severity := report.Warning
		if n.Minor || n.Kind == docs.Repaired {
			severity = report.Note
		}
		d.note(docsRule(n.Kind), severity, n.Line, n.Message)
	}
	if n := d.page.Includes; n > 0 {
		d.note(ruleDocsInclude, report.Note, 0, fmt.Sprintf("left out %s that the page includes", fault.Count(n, "file")))
	}
}

func (d *docsImport) pair(p *docs.Pair) {
	line := p.Request.Line
	address, err := d.address(line, p.Request)
	if err != nil {
		d.note(ruleDocsAddress, report.Warning, line, fmt.Sprintf("left out %s %s: %v", p.Request.Method, p.Request.URL, err))
		return
	}
	if host := address.Host; !d.known.Has(host) && !graph.IsFileHost(host) && !p.Request.Opaque {
		d.Rejected[host]++
		d.note(ruleImportHost, report.Warning, line, fmt.Sprintf("left out a request to %s: %s", host, hosts.Why(host)))
		return
	}
	asked, answered := p.Request.Header.Clone(), p.Response.Header.Clone()
	for _, headers := range []http.Header{asked, answered} {
		dropHeaders(headers, transportHeaders)
		delete(headers, "Host")
		dropHeaders(headers, protocol.CredentialHeaders())
	}
	if p.Request.Body != "" && asked.Get("Content-Type") == "" { // as any client sends
		asked.Set("Content-Type", "application/octet-stream")
		if json.Valid([]byte(p.Request.Body)) {
			asked.Set("Content-Type", "application/json")
		}
	}
	if body := p.Response.Body; cutJSON(answered, body) {
		answered.Set("Content-Type", "text/plain") // no client could read it as JSON
		d.note(docsRule(docs.NotJSON), report.Note, p.Response.BodyLine, "the body that is not JSON is stored as text/plain")
	}
	i := &cassette.Interaction{
		Request:  request(p.Request.Method, address.String(), address.Host, sized(asked, p.Request.Body), p.Request.Body),
		Response: response(p.Response.Code, p.Response.Phrase, sized(answered, p.Response.Body), p.Response.Body),
		Line:     p.Response.Line,
	}
	d.add(i, p)
}

func (d *docsImport) add(i *cassette.Interaction, p *docs.Pair) {
	d.learn(i)
	i.ID = len(d.Cassette.Interactions)
	d.Cassette.Interactions = append(d.Cassette.Interactions, i)
	d.pairs = append(d.pairs, p)
	typ := p.Response.Type
	body := p.Response.Body
	isPage := strings.HasPrefix(body, "{") && pageStart.MatchString(body[:min(len(body), 2000)])
	if typ != "" && (p.Response.Collection || isPage) {
		typ = odata.CollectionOf(typ)
	}
	d.Examples = append(d.Examples, Example{Request: p.Request.Line, Response: p.Response.Line, Body: p.Response.BodyLine, Type: typ, verbatim: !p.Response.Mended})
}

// cutJSON reports a body that calls itself JSON, or looks like it, and is not.
func cutJSON(headers http.Header, body string) bool {
	kind := strings.ToLower(headers.Get("Content-Type"))
	named := strings.Contains(kind, "json") || kind == "" && strings.HasPrefix(body, "{")
	return body != "" && named && !json.Valid([]byte(body))
}

// sized corrects a length: most of those in documentation are wrong.
func sized(h http.Header, body string) http.Header {
	if h.Get("Content-Length") != "" {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return h
}

var pageStart = regexp.MustCompile(`"value"\s*:\s*\[`)

// address makes an absolute address of an example's.
func (d *docsImport) address(line int, asked *docs.Request) (*url.URL, error) {
	const root = graph.URL + "/"
	text, host := asked.URL, asked.Header.Get("Host")
	switch lower := strings.ToLower(text); {
	case strings.HasPrefix(text, "/") && host != "" && !strings.EqualFold(host, graph.Host):
		text = "https://" + host + text
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
	case strings.HasPrefix(lower, graph.Host+"/"):
		text = "https://" + text
	case strings.HasPrefix(lower, "/v1.0/"), strings.HasPrefix(lower, "/beta/"):
		text = root + text[1:]
	case strings.HasPrefix(text, "/"):
		text = root + d.api + text
	case startsPath.MatchString(text):
		text = root + d.api + "/" + text
		d.note(docsRule(docs.Repaired), report.Note, line, "the address does not begin with a slash")
	default:
		return nil, errors.New("it is not an address")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, errors.New("it is not an address")
	}
	if graph.IsHost(u.Host) {
		d.addVersion(line, u)
	}
	return u, nil
}

var startsPath = regexp.MustCompile(`^[A-Za-z][\w.]*(/|\?|\(|$)`)

// addVersion puts the page's version into an address of Graph without one, or with a
// placeholder for it.
func (d *docsImport) addVersion(line int, u *url.URL) {
	first, rest, _ := strings.Cut(strings.TrimLeft(u.EscapedPath(), "/"), "/")
	switch {
	case first == "v1.0" || first == "beta":
		return
	case strings.EqualFold(first, "v1.0"), strings.EqualFold(first, "beta"), strings.HasPrefix(strings.ToLower(first), "%7bversion"), first == "v1", first == "1.0":
	case strings.Contains(first, "beta"), strings.HasPrefix(first, "v2"):
		return // a version that is not public
	default:
		rest = strings.TrimLeft(u.EscapedPath(), "/")
	}
	full, err := url.Parse("/" + d.api + "/" + rest)
	if err != nil {
		return
	}
	u.Path, u.RawPath = full.Path, full.RawPath
	d.note(docsRule(docs.Repaired), report.Note, line, "the address has no version: assumed "+d.api)
}

func (d *docsImport) finish(o DocsOptions) (*Result, error) {
	if len(d.Cassette.Interactions) == 0 {
		return d.Result, nil
	}
	d.permissionNotes()
	if o.Clean != nil {
		if err := o.Clean(d.Cassette); err != nil {
			return d.leavePage(err), nil
		}
	}
	drafted, err := draft.Described(d.Cassette, draft.Description{
		Text:  fmt.Sprintf("%s. Drafted from the examples of a page of documentation (%s).", strings.TrimRight(d.page.Title, ". "), filepath.Base(d.file)),
		Apart: true,
		Of:    func(i *cassette.Interaction) draft.Note { return d.noteOf(i, o) },
	})
	if err != nil {
		return d.leavePage(err), nil
	}
	drafted.Keep(d.Cassette)
	d.Scenario = drafted.Text
	return d.Result, nil
}

// leavePage leaves out a page whose examples cannot be stored. One page is no reason
// to import none of thousands.
func (d *docsImport) leavePage(err error) *Result {
	d.note(ruleImportPage, report.Error, 0, fmt.Sprintf("left out the page: %v", err))
	d.Cassette.Interactions, d.Examples = nil, nil
	return d.Result
}

// noteOf is what the page says of an interaction.
func (d *docsImport) noteOf(i *cassette.Interaction, o DocsOptions) draft.Note {
	note := draft.Note{Name: fault.Clip(d.pairs[i.ID].Section, 80)}
	if chosen := d.permissions(i.Request.URL); chosen != nil {
		note.Delegated, note.Application = chosen.Delegated, chosen.Application
		if len(note.Delegated) == 0 {
			note.Delegated = chosen.Personal
		}
	}
	code := i.Response.Code
	if code >= 200 && code < 300 && len(d.page.Stated) > 0 && !slices.Contains(d.page.Stated, code) {
		note.Promised = d.page.Stated
	}
	api := d.api
	if match := inAddress.FindStringSubmatch(i.Request.URL); match != nil {
		api = match[1]
	}
	if typ := d.Examples[i.ID].Type; typ != "" && code < 300 && code != http.StatusNoContent && o.Holds != nil && o.Holds(api, typ, i) {
		note.Schema = typ
	}
	return note
}

// Locate gives findings about interactions of documentation the lines of the page.
func (r *Result) Locate(findings []report.Finding) {
	lines := map[int]map[string]int{} // of the body of an example
	for n := range findings {
		f := &findings[n]
		if f.Interaction == nil || *f.Interaction >= len(r.Examples) || f.Line != 0 {
			continue
		}
		e := r.Examples[*f.Interaction]
		switch {
		case strings.HasPrefix(f.Where, "request"):
			f.Line = e.Request
		case strings.HasPrefix(f.Where, "$") && e.Body > 0:
			f.Line = e.Body
			if !e.verbatim {
				continue
			}
			if lines[*f.Interaction] == nil {
				lines[*f.Interaction] = jsondoc.Lines(r.Cassette.Interactions[*f.Interaction].Response.Body)
			}
			f.Line += max(jsondoc.Nearest(lines[*f.Interaction], f.Where), 1) - 1
		default:
			f.Line = e.Response
		}
	}
}

// permissionNotes says what the scenario takes of the page's tables.
func (d *docsImport) permissionNotes() {
	switch tables := d.page.Permissions; {
	case len(tables) == 0:
		d.note(docsRule(docs.Permission), report.Note, 0, "the page has no table of permissions: no step lists any")
	case len(tables) > 1:
		d.note(docsRule(docs.Permission), report.Note, tables[0].Line,
			fmt.Sprintf("the page lists permissions %d times: each step has those whose heading is nearest its path", len(tables)))
	}
}

// permissions chooses the table that is about what an address is about: by the words
// that its lead has in common with the path. The first one wins a draw.
func (d *docsImport) permissions(address string) *docs.Permissions {
	var chosen *docs.Permissions
	most := -1
	words := pathWords(address)
	for i := range d.page.Permissions {
		table := &d.page.Permissions[i]
		score := 0
		for _, word := range strings.FieldsFunc(strings.ToLower(table.Lead), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if words[strings.TrimSuffix(word, "s")] {
				score++
			}
		}
		if score > most {
			chosen, most = table, score
		}
	}
	return chosen
}

// pathWords are the words of an address's path in the singular.
func pathWords(address string) map[string]bool {
	words := map[string]bool{}
	u, err := url.Parse(address)
	if err != nil {
		return words
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		word := strings.TrimSuffix(strings.ToLower(segment), "s")
		words[word] = true
		if word == "me" {
			words["user"] = true
		}
	}
	return words
}
