package graphurl

import (
	"errors"
	"net/url"
)

// URL is a parsed address. Hosts of Graph's clouds (graph.microsoft.com,
// graph.microsoft.us, dod-graph.microsoft.us, microsoftgraph.chinacloudapi.cn,
// graph.microsoft.de) fold into the host class "graph"; every other host is its
// own class.
type URL struct {
	Host     string    // host class: "graph", or the host in lower case with any non-default port
	Version  string    // "v1.0", "beta", or "" when the host is not Graph's or there is none
	Segments []Segment // what follows the version
	Options  []Option  // sorted by name; options of one name keep their order
}

// A Segment is one step of the path in canonical form.
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
	ColonPath             // root:/a/b.txt: of a drive
)

// An Option is a query option or a function's argument. Value is decoded.
type Option struct{ Name, Value string }

// Parse reads an absolute address, or one relative to Graph's version root
// ("/me/chats", as in a batch) whose Version is then "".
func Parse(raw string) (*URL, error) { return nil, errors.New("not built") }

// FromURL is Parse for an address that net/http has parsed. It reads EscapedPath
// and RawQuery.
func FromURL(u *url.URL) *URL { return nil }

// Path returns the canonical path, version included, percent-encoded one way.
func (u *URL) Path() string { return "" }

// Query returns the canonical query without '?': options sorted by name, system
// options with their '$', $select and $expand lists sorted.
func (u *URL) Query() string { return "" }

// String returns the canonical address: host class, path and query.
func (u *URL) String() string { return "" }

// Template returns the path with every id replaced by its kind in braces
// ("/beta/chats/{chat-id}/operations/{teams-operation-id}"), without the query.
func (u *URL) Template() string { return "" }

// HostClass folds a host (with or without port).
func HostClass(host string) string { return host }

// IsGraphHost reports whether host is the Graph host of a cloud.
func IsGraphHost(host string) bool { return false }

// EscapeSegment percent-encodes an id so that it is exactly one path segment.
func EscapeSegment(s string) string { return s }
