package runner

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
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
