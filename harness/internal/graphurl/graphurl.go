package graphurl

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// URL is a parsed address. Hosts of Graph's clouds (graph.Hosts) fold into the host
// class "graph"; every other host is its
// own class.
type URL struct {
	Host     string    // host class: "graph", or the host in lower case with any non-default port
	Version  string    // "v1.0", "beta", or "" when the host is not Graph's or there is none
	Segments []Segment // what follows the version
	Options  []Option  // sorted by name; options of one name keep their order
}

// A Segment is one step of the path in canonical form. An id in key syntax is a
// step of its own: users('x') is the word users and the key x.
type Segment struct {
	Text string // decoded; words in Graph's case, ids as they came
	Kind Kind
	Args []Option // of a function call or an alternate key, sorted by name
}

// Kind says what a segment is.
type Kind int

// The kinds of segment.
const (
	Word      Kind = iota // a collection, property, action or function
	Key                   // an id, in either syntax
	Cast                  // microsoft.graph.group
	System                // $count, $ref, $value, $batch, $metadata
	ColonPath             // the :/a/b.txt: that follows a drive's root, an item or a site
)

// An Option is a query option or a function's argument. Value is decoded. An
// argument's value is an OData literal, quotes included; the value of $select, $expand
// or $filter has its lists sorted.
type Option struct{ Name, Value string }

// Parse reads an absolute address, or one relative to Graph's version root
// ("/me/chats", as in a batch) whose Version is then "" unless it begins with one.
// It reads what String returns. A fragment is dropped: it is never sent.
//
// Malformed percent escapes and control characters are errors. Unbalanced quotes
// and parentheses are not: such segments stay literal, letter case included.
func Parse(raw string) (*URL, error) {
	host, path, query, err := split(raw)
	if err != nil {
		return nil, fmt.Errorf("parse address %.200q: %w", raw, err)
	}
	return build(host, steps{rest: path, encoded: true}, query), nil
}

func split(raw string) (host, path, query string, err error) {
	if raw == "" {
		return "", "", "", errors.New("it is empty")
	}
	if i := strings.IndexFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return "", "", "", fmt.Errorf("control character %#x", raw[i])
	}
	raw, _, _ = strings.Cut(raw, "#")
	path, query, _ = strings.Cut(raw, "?")
	host = Graph
	if scheme, rest, ok := strings.Cut(path, "//"); ok && isScheme(scheme) {
		if scheme = ascii.ToLower(scheme); scheme != "" && scheme != "https:" && scheme != "http:" {
			return "", "", "", fmt.Errorf("scheme %q is not http or https", scheme)
		}
		host, path = authority(rest)
		if HostClass(host) == "" || strings.Contains(host, "%") {
			return "", "", "", fmt.Errorf("bad host %q", host)
		}
	}
	for _, part := range []string{path, query} {
		if bad := badEscape(part); bad != "" {
			return "", "", "", fmt.Errorf("malformed percent escape %q", bad)
		}
	}
	return host, path, query, nil
}

// isScheme reports whether what stands before "//" is "" or "name:".
func isScheme(s string) bool {
	name, ok := strings.CutSuffix(s, ":")
	if !ok || name == "" {
		return s == ""
	}
	return strings.Trim(ascii.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == "" &&
		ascii.Lower(name[0]) >= 'a'
}

func authority(s string) (host, path string) {
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, path = s[:i], s[i:]
	}
	return s[strings.LastIndexByte(s, '@')+1:], path
}

// FromURL is Parse for an address that net/http has parsed. It reads EscapedPath
// and RawQuery, and never fails: a percent sign that begins no escape stands for
// itself. An address without a host is relative to Graph's root.
func FromURL(u *url.URL) *URL {
	path := steps{rest: u.Path}
	switch {
	case u.Opaque != "":
		path = steps{rest: opaquePath(u.Opaque), encoded: true}
	case u.RawPath != "":
		path = steps{rest: u.EscapedPath(), encoded: true}
	}
	host := u.Host
	if host == "" {
		host = Graph
	}
	return build(host, path, u.RawQuery)
}

// opaquePath is the path that net/http sends for an opaque address.
func opaquePath(opaque string) string {
	if rest, ok := strings.CutPrefix(opaque, "//"); ok {
		_, opaque = authority(rest)
	}
	return opaque
}

func build(host string, path steps, query string) *URL {
	u := &URL{Host: HostClass(host)}
	graph := u.Host == Graph
	path.rest = strings.TrimPrefix(path.rest, "/")
	path.ended = path.rest == ""
	p := pathParser{steps: path, pos: anywhere}
	if graph {
		p.pos = atRoot
		u.Version = p.version()
	}
	u.Segments = p.parse()
	u.Options = parseQuery(query, graph)
	if graph {
		u.Options = slices.DeleteFunc(u.Options, u.takesAlias)
	}
	return u
}

// takesAlias puts the value of a parameter alias, @p='x', where a function is called with it: that
// is the same as to call it with the value ("OData URL Conventions 4.01" section 5.3). It reports
// whether nothing else names the alias.
func (u *URL) takesAlias(o Option) bool {
	if !strings.HasPrefix(o.Name, "@") {
		return false
	}
	literal, ok := namedArgs("a=" + o.Value)
	if !ok || len(literal) > 1 { // a call could not have it
		return false
	}
	taken := false
	for _, s := range u.Segments {
		for n := range s.Args {
			if s.Args[n].Value == o.Name {
				s.Args[n].Value, taken = literal[0].Value, true
			}
		}
	}
	return taken && !slices.ContainsFunc(u.Options, func(other Option) bool { return strings.Contains(other.Value, o.Name) })
}

// Graph is the host class of Graph in every cloud.
const Graph = "graph"

// HostClass folds a host (with or without port). Hosts are case-insensitive; the
// default ports of http and https and the dot of a rooted name are dropped.
func HostClass(host string) string {
	name := graph.BareHost(host)
	if graph.IsHost(name) {
		return Graph
	}
	return name
}

// IsBatch reports whether the path is /$batch below a version.
func (u *URL) IsBatch() bool {
	return len(u.Segments) == 1 && strings.EqualFold(u.Segments[0].Text, graph.BatchSegment)
}

// IsRead reports whether a request to the address, which is no batch, changes nothing:
// by its method, in upper case, or as a POST to an action that only reads.
func (u *URL) IsRead(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	case http.MethodPost:
		return IsReadAction(u.Segments)
	}
	return false
}

// IsReadAction reports whether the last segment of a path is an action that only reads.
func IsReadAction(segments []Segment) bool {
	switch n := len(segments); n {
	case 0:
		return false
	case 1:
		return graph.IsReadAction(segments[0].action(), "")
	default:
		return graph.IsReadAction(segments[n-1].action(), segments[n-2].action())
	}
}

// action is the name of the action that a segment may be, "" when it can be none.
func (s Segment) action() string {
	if s.Kind == Key || s.Kind == ColonPath {
		return ""
	}
	return s.Text
}
