package place

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// A Message is a request or an answer. Rewrite changes its texts; header maps are replaced
// and never changed.
type Message struct {
	Method  string // of the request, also where the rest is an answer's
	Address string // likewise: what a body is depends on what it was asked for
	Answer  bool   // Address is context, and no part of the message
	Status  int    // of an answer
	Header  http.Header
	Trailer http.Header
	Body    string // decoded of Content-Encoding

	boundary string // of the parts in the body, where the header is changed already
}

// Parts are the parts of a body whose kind is Multipart.
func (m *Message) Parts(boundary string) (parts []Message) {
	for _, p := range media.Parts(m.Body, boundary) {
		if p.Last {
			break
		}
		part, _ := entityOf(m.Body[p.Start:p.End])
		parts = append(parts, part)
	}
	return parts
}

// Role says what a text is in its message.
type Role uint8

// The roles.
const (
	Host       Role = iota // of an address, without its port
	Segment                // a step of a path, or a key in it
	FileName               // a step of a path that names files: between root:/ and :, or in a library
	Literal                // what an expression of OData compares with, without its quotes
	Identifier             // a bare word of such an expression: a property, a function, an operator
	OptionName             // of a query, or a form
	Option                 // an option's value that is no expression
	Token                  // a skip, delta or access token, by the option that holds it
	Field                  // of a form
	Header                 // a header's or trailer's value
	PartHeader             // of a part of the body, or of a mail
	Boundary               // what separates parts, in the header and before each part
	MemberName             // of JSON
	Member                 // a JSON string
	Number                 // a JSON number
	Cell                   // of CSV; its column is the Name
	ColumnName             // of CSV
	Text                   // plain text that nothing names
	Markup                 // text or an attribute of XML or HTML; the element or attribute is the Name
	MarkupName             // of an element or an attribute
	Bytes                  // what is no text, or could not be decoded
)

// A Leaf is a plain text of a message. It is valid during the call that is given it.
type Leaf struct {
	Text   string
	Role   Role
	Name   string // the member, option, header, field, column or element whose value it is; of a Literal the property it is compared with
	Parent string // the member above that, "" at the root or outside JSON
	Outer  string // the Name of the outermost text that holds this one in its layers
	List   int    // of a Literal in a list that a value is in, which has no order: the number of the first one there, from 1
	Bare   bool   // of a Literal: without quotes, so a number, a date or a GUID
	// Declared says that Bytes are a file's by what stands beside them, whatever they are.
	Declared bool
	// Layered says that the text has a grammar of its own, and that its parts come next
	// unless it is replaced as a whole. Markup: that grammar is XML's or HTML's.
	Layered, Markup bool

	at *walker
}

// Looked reports whether the text is looked up: it stands in an address that is asked for or
// referred to, as that of a part of a batch or what is to be added, is what an expression
// compares with, or is sent to an action that only reads. Any other address in a body is what
// a client writes.
func (l *Leaf) Looked() bool {
	if l.at != nil && l.at.frames[0].label == "body" {
		return l.at.asks || l.inAddress() && (l.Outer == "url" && l.at.batch || isReference(l.Outer))
	}
	return l.inAddress()
}

// inAddress reports whether the text is a part of an address, or of an expression.
func (l *Leaf) inAddress() bool {
	switch l.Role {
	case Host, Segment, FileName, Literal, Option, Token:
		return true
	}
	return false
}

// Written reports whether the text is a value in a body, which a client may make up.
func (l *Leaf) Written() bool {
	switch l.Role {
	case Field, Member, Cell, Text, Markup:
		return true
	}
	return l.inAddress() && !l.Looked()
}

// IsName reports whether the text is the name of what stands beside it: of a member, an
// option, a field or a column. It is part of their places.
func (l *Leaf) IsName() bool {
	return l.Role == MemberName || l.Role == OptionName || l.Role == ColumnName
}

// A frame is a step on the way to the text that is being read.
type frame struct {
	label  string // body, path, query, ..; ">" and what stands behind it for a layer
	name   string // of a header, an option, a field: behind a dot
	key    string // of a member, in brackets, where member says so: of an array that of the member that holds it
	parent string // the member above that
	member bool
	index  int // of an element, a segment, a literal: plus one; 0 for none
	hash   bool
}

// Place is where the leaf stands: path[3], query.$filter#0, header.If-Match,
// body.$['x'][0], form.x, part.x.body.$['x'] (part[2] where a part has no name), and
// path[1]>u!>path[2] where a text stands in a text.
func (l *Leaf) Place() string { return l.PlaceAs(nil) }

// mostFrames bounds the steps that a place names, far above what Graph has, since each hole of a
// cassette has one: of those below only the last.
const mostFrames = 40

// PlaceAs is Place where members on the way are called as called says; nil leaves their names.
func (l *Leaf) PlaceAs(called func(name string) string) string {
	b := l.at.place[:0]
	for n := 0; n < len(l.at.frames); n++ {
		if n == mostFrames {
			n = len(l.at.frames) - 1
		}
		f := l.at.frames[n]
		if f.member && called != nil {
			f.key = called(f.key)
		}
		b = f.appendTo(b)
	}
	l.at.place = b
	return string(b)
}

func (f *frame) appendTo(b []byte) []byte {
	if f.label != "" {
		if len(b) > 0 && f.label[0] != '>' {
			b = append(b, '.')
		}
		b = append(b, f.label...)
	}
	switch {
	case f.name != "":
		b = append(append(b, '.'), f.name...)
	case f.member:
		b = append(append(append(b, "['"...), strings.ReplaceAll(f.key, "'", `\'`)...), "']"...)
	}
	switch {
	case f.index == 0:
	case f.hash:
		b = strconv.AppendInt(append(b, '#'), int64(f.index-1), 10)
	default:
		b = strconv.AppendInt(append(b, '['), int64(f.index-1), 10)
		b = append(b, ']')
	}
	return b
}

// A Func says what is to stand in a leaf's place; ok is false where it stays.
type Func func(l *Leaf) (replacement string, ok bool)
