package jsondoc

import "errors"

var errNotBuilt = errors.New("not built")

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset       int64 // bytes before the fault
	Line, Column int   // both from 1
	Message      string
}

func (e *SyntaxError) Error() string { return e.Message }

// Parse reads exactly one JSON value (RFC 8259). The error is a *SyntaxError.
// A text that is not valid UTF-8, or holds a lone surrogate escape, is an error:
// it would not survive a round trip.
func Parse(text string) (any, error) { return nil, errNotBuilt }

// Canonical appends the canonical form of doc to dst: members sorted by name,
// no white space, shortest escapes, and one spelling for numbers of equal value
// (1.0, 1 and 10E-1 are equal; 2^53+1 and 2^53 are not).
func Canonical(dst []byte, doc any) []byte { return dst }

// Equal reports whether two documents have one canonical form.
func Equal(a, b any) bool { return false }

// Compact appends text without insignificant white space to dst, leaving every
// string and number as it is spelled. The error is a *SyntaxError.
func Compact(dst []byte, text string) ([]byte, error) { return dst, errNotBuilt }

// Indent appends text to dst with one member or element a line, two spaces a
// level. Compact gives back what Compact(text) would give.
func Indent(dst []byte, text string) ([]byte, error) { return dst, errNotBuilt }

// A Path is a compiled RFC 9535 query.
type Path struct{}

// A Node is one value that a path selected, with its RFC 9535 normalized path.
type Node struct {
	Path  string
	Value any
}

// ParsePath compiles an RFC 9535 query. A query without the leading "$" is taken
// relative to the root ("values.appIds[0]").
func ParsePath(query string) (*Path, error) { return nil, errNotBuilt }

// Select returns the nodes that the path selects, in document order (members by
// name, so that the order is the same on every run).
func (p *Path) Select(doc any) []Node { return nil }

// AppendPath appends one step to a normalized path: a string is a member name,
// an int an index. The root is "$".
func AppendPath(path string, step any) string { return path }

// A Difference is one place where two documents differ. Recorded or Received is
// Absent where that side has nothing there.
type Difference struct {
	Path               string // RFC 9535 normalized path
	Recorded, Received any
}

// Absent marks a side of a Difference that has no value at the path.
var Absent = absent{}

type absent struct{}

func (absent) String() string { return "(absent)" }

// Diff lists where two documents differ, at the deepest places, sorted by path,
// at most limit of them (0: all).
func Diff(recorded, received any, limit int) []Difference { return nil }

// Line returns the 1-based line, within the indented form of text, on which the
// value at the normalized path begins, or 0 when there is none.
func Line(text, path string) int { return 0 }
