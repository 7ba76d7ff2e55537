package runner

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

func (s requestMaker) request(ctx context.Context) (*http.Request, *halt) {
	q := &s.step.Request
	u, h := s.address()
	if h != nil {
		return nil, h
	}
	body, h := s.body()
	if h != nil {
		return nil, h
	}
	headers, h := s.headers()
	if h != nil {
		return nil, h
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, u.String(), bytes.NewReader(body.data))
	if err != nil {
		return nil, couldNot(ruleRunRequest, q.Line, "build the request: %v", err)
	}
	req.Header = headers
	if t := body.headerValue(headers.Get("Content-Type")); t != "" {
		req.Header.Set("Content-Type", t)
	}
	if host := headers.Get("Host"); host != "" {
		req.Host = host
	}
	return req, nil
}

func (s requestMaker) address() (*url.URL, *halt) {
	q := &s.step.Request
	template := q.Path
	if !q.URL.IsZero() {
		template = q.URL
	}
	text, err := pathText(template, s.vars.lookup)
	if err != nil {
		return nil, couldNot(ruleRunVariable, q.Line, "expand the path: %v", err)
	}
	u, err := resolve(s.opts.Host, text, s.step.API)
	if err != nil {
		return nil, couldNot(ruleRunRequest, q.Line, "resolve the path: %v", err)
	}
	options, h := s.expandPairs(q.Query, "query option")
	if h != nil {
		return nil, h
	}
	if len(options) > 0 {
		u.RawQuery = addQuery(u.RawQuery, options)
	}
	return u, nil
}

func (s requestMaker) headers() (http.Header, *halt) {
	pairs, h := s.expandPairs(s.step.Request.Headers, "header")
	header := http.Header{}
	for _, pair := range pairs {
		header.Add(pair.name, strings.TrimSpace(pair.value))
	}
	return header, h
}

// expandPairs fills in the variables of options, headers or form fields.
func (s requestMaker) expandPairs(pairs []scenario.Pair, what string) ([]option, *halt) {
	var expanded []option
	for _, pair := range pairs {
		value, err := pair.Value.ExpandText(s.vars.lookup, nil)
		if err != nil {
			return nil, couldNot(ruleRunVariable, pair.Line, "expand %s %s: %v", what, pair.Name, err)
		}
		expanded = append(expanded, option{name: pair.Name, value: value})
	}
	return expanded, nil
}

// shownURL is an address as messages may have it: beyond Graph, a query is a
// credential (driveitem-get-content: pre-authenticated addresses).
func shownURL(u *url.URL) string {
	if graph.IsHost(u.Host) || u.RawQuery == "" {
		return u.String()
	}
	bare := *u
	bare.RawQuery = ""
	return bare.String() + "?..."
}

// resolve makes a path or link absolute. Links of long-running operations in
// Teams are relative and hold neither host nor version
// (v1.0/api/team-post: "/teams('G')/operations('G')"); next links are absolute
// (concepts/paging) and lead to where the run goes, also when they were
// recorded from another cloud: to a host, or "" for graph.microsoft.com, from which links may
// lead to others.
func resolve(host, link, api string) (*url.URL, error) {
	link = encodeStray(link)
	if !isAbsolute(link) {
		link = "/" + strings.TrimLeft(link, "/")
		if !strings.HasPrefix(link, "/v1.0/") && !strings.HasPrefix(link, "/beta/") {
			link = "/" + api + link
		}
		link = graph.URL + link
	}
	u, err := url.Parse(link)
	if err == nil && host != "" && graph.IsHost(u.Host) {
		u.Scheme, u.Host = "https", host
	}
	return u, err
}

func isAbsolute(link string) bool {
	return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}

// pathText expands a path or address. A value that opens it is a captured link
// and stays raw; every other value is one segment. Inside quotes, as in
// users('{upn}'), quotes of the value are doubled as OData wants it.
func pathText(t scenario.Template, lookup func(string) (any, bool)) (string, error) {
	if err := misleading(t, lookup); err != nil {
		return "", err
	}
	return t.ExpandText(lookup, pathValue)
}

// misleading refuses values that would turn the path into that of something else:
// /users/{id} without an id is all users.
func misleading(t scenario.Template, lookup func(string) (any, bool)) error {
	for _, name := range t.Variables() {
		if value, _ := lookup(name); value == "" || value == "." || value == ".." {
			return fmt.Errorf("variable %q: %q in a path leads somewhere else", name, value)
		}
	}
	return nil
}

func pathValue(before, value string) string {
	switch {
	case before == "" && (isAbsolute(value) || strings.HasPrefix(value, "/")):
		return value
	case strings.HasSuffix(before, "'"):
		return graphurl.EscapeSegment(strings.ReplaceAll(value, "'", "''"))
	}
	return graphurl.EscapeSegment(value)
}

// option is a query option with both sides decoded.
type option struct{ name, value string }

// addQuery appends options in their order to a raw query. An option of the query
// that has the same name gives way.
func addQuery(raw string, options []option) string {
	var parts []string
	for part := range strings.SplitSeq(raw, "&") {
		if part != "" && !overridden(part, options) {
			parts = append(parts, part)
		}
	}
	for _, o := range options {
		parts = append(parts, encodeExcept(o.name, readable)+"="+encodeExcept(o.value, readable+"="))
	}
	return strings.Join(parts, "&")
}

// overridden knows that names of options are case-insensitive and their "$" is
// optional (concepts/call-api, concepts/query-parameters).
func overridden(part string, options []option) bool {
	raw, _, _ := strings.Cut(part, "=")
	name, err := url.PathUnescape(raw)
	if err != nil {
		name = raw
	}
	return slices.ContainsFunc(options, func(o option) bool {
		return strings.EqualFold(strings.TrimPrefix(o.name, "$"), strings.TrimPrefix(name, "$"))
	})
}

// What OData writes often and RFC 3986 lets stand in a query. '+' is not among
// it: in a query it means a space.
const readable = "$,'():;/@!*?"

// unreserved is what RFC 3986 lets stand anywhere beside letters and digits.
const unreserved = "-._~"

func encodeExcept(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; ascii.IsAlnum(c) || strings.IndexByte(unreserved+keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// encodeStray encodes only what cannot stand in an address at all, such as the
// spaces that people write in filters. '#' is part of an id, never a fragment:
// fragments are not sent.
func encodeStray(s string) string {
	const reserved = ":/?[]@!$&'()*+,;="
	var b strings.Builder
	for i := range len(s) {
		if ascii.IsEscape(s, i) {
			b.WriteByte('%')
		} else {
			b.WriteString(encodeExcept(s[i:i+1], reserved))
		}
	}
	return b.String()
}

// content is a body with the content type that it has unless the scenario says
// otherwise. The zero content is no body.
type content struct {
	data     []byte
	mimeType string
	boundary string // of a multipart body
}

// headerValue is the Content-Type to send where the scenario set given.
func (c content) headerValue(given string) string {
	switch {
	case given == "":
		return c.mimeType
	case c.boundary != "" && strings.HasPrefix(given, "multipart/") && !strings.Contains(given, "boundary="):
		return given + "; boundary=" + c.boundary // multipart/related and the like
	}
	return given
}

func (s requestMaker) body() (content, *halt) {
	q := &s.step.Request
	var c content
	var err error
	switch {
	case q.Form != nil:
		pairs, h := s.expandPairs(q.Form, "form field")
		var fields []string
		for _, pair := range pairs {
			fields = append(fields, url.QueryEscape(pair.name)+"="+url.QueryEscape(pair.value))
		}
		return content{data: []byte(strings.Join(fields, "&")), mimeType: "application/x-www-form-urlencoded"}, h
	case q.Multipart != nil:
		c, err = s.multipart(q.Multipart)
	default:
		c, err = s.single(q.Body, q.Text, q.Base64, q.BodyFile)
	}
	if err != nil {
		h := couldNot(ruleRunRequest, q.Line, "build the body: %v", err)
		if errors.Is(err, fs.ErrNotExist) {
			h.finding.Hint = "a bodyFile is named by its path below the scenario's folder"
		}
		return c, h
	}
	return c, nil
}

// single is a body, or one part of one, from the one source that is set.
func (s requestMaker) single(doc, text *scenario.Template, encoded, file string) (content, error) {
	switch {
	case doc != nil:
		tree, err := doc.Expand(s.vars.lookup)
		if err != nil {
			return content{}, err
		}
		return content{data: []byte(jsonText(tree)), mimeType: "application/json"}, nil
	case text != nil:
		expanded, err := text.ExpandText(s.vars.lookup, nil)
		return content{data: []byte(expanded), mimeType: "text/plain"}, err
	case encoded != "":
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
		return content{data: data, mimeType: "application/octet-stream"}, err
	case file != "":
		data, err := plainfile.ReadBelow(filepath.Dir(s.scenario.File), file)
		return content{data: data, mimeType: fileType(file)}, err
	}
	return content{}, nil
}

// fileType goes by the name's ending. It does not ask the machine's MIME tables:
// the content type is part of what a recorded request is matched by.
func fileType(name string) string {
	return cmp.Or(fileTypes[strings.ToLower(filepath.Ext(name))], "application/octet-stream")
}

var fileTypes = map[string]string{
	".json": "application/json", ".xml": "application/xml", ".htm": "text/html", ".html": "text/html",
	".txt": "text/plain", ".eml": "text/plain", ".md": "text/plain", ".csv": "text/plain",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
}

// multipart writes form-data with a boundary that follows from the parts, so
// that two runs send the same bytes.
func (s requestMaker) multipart(parts []scenario.Part) (content, error) {
	digest := sha256.New()
	bodies := make([]content, len(parts))
	for i, part := range parts {
		body, err := s.single(part.Body, part.Text, part.Base64, part.BodyFile)
		if err != nil {
			return content{}, fmt.Errorf("part %s: %w", part.Name, err)
		}
		digest.Write(body.data)
		bodies[i] = body
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	boundary := "graphvcr-" + hex.EncodeToString(digest.Sum(nil)[:16])
	if err := w.SetBoundary(boundary); err != nil {
		return content{}, err
	}
	for i, part := range parts {
		pw, err := w.CreatePart(partHeader(part, bodies[i].mimeType))
		if err != nil {
			return content{}, err
		}
		if _, err := pw.Write(bodies[i].data); err != nil {
			return content{}, err
		}
	}
	err := w.Close()
	return content{data: out.Bytes(), mimeType: "multipart/form-data; boundary=" + boundary, boundary: boundary}, err
}

func partHeader(part scenario.Part, mimeType string) textproto.MIMEHeader {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")
	disposition := `form-data; name="` + quote.Replace(part.Name) + `"`
	if part.Filename != "" {
		disposition += `; filename="` + quote.Replace(part.Filename) + `"`
	}
	if part.ContentType != "" {
		mimeType = part.ContentType
	}
	return textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {mimeType}}
}

// jsonText writes a document on one line: names sorted, numbers as they are spelled,
// and no HTML escapes, which Graph never sends and nobody reads.
func jsonText(doc any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(doc) // it is a document
	return strings.TrimSuffix(out.String(), "\n")
}
