package place

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
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

// Role says what a text is in its message.
type Role uint8

// The roles.
const (
	Host       Role = iota // of an address, without its port
	Segment                // a step of a path, or a key in it
	FileName               // a step of a path that names files: between root:/ and :, or in a library
	Literal                // what an expression of OData compares with, quotes taken off
	Identifier             // a bare word of such an expression: a property, a function, an operator
	OptionName             // of a query, or a form
	Option                 // an option's value that is no expression
	Token                  // a skip, delta or access token, by the option that holds it
	Field                  // of a form
	Header                 // a header's or trailer's value
	PartHeader             // of a part of the body, or of a mail
	Boundary               // what tells parts apart, in the header and before each part
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
	Outer  string // the Name of the text of which this is a part, layers down to the plain one
	Op     string // of a Literal: eq, startswith, search, in, key, .. in lower case
	Bare   bool   // of a Literal: without quotes, so a number, a date or a GUID
	File   bool   // Bytes are what a file, photo or message holds
	// Declared says that Bytes are a file's by what stands beside them, whatever they are.
	Declared bool
	Kind     string // of Bytes: their media type, in lower case, without parameters
	// Layered says that the text has a grammar of its own, and that its parts come next
	// unless it is replaced as a whole. Markup: that grammar is XML's or HTML's.
	Layered, Markup bool

	w *walker
}

// Looked reports whether the text is looked up: it stands in the path, or is what an
// expression compares with.
func (l *Leaf) Looked() bool {
	switch l.Role {
	case Host, Segment, FileName, Literal, Option, Token:
		return true
	}
	return false
}

// IsName reports whether the text is the name of what stands beside it: of a member, an
// option, a field or a column. Places are told by it.
func (l *Leaf) IsName() bool {
	return l.Role == MemberName || l.Role == OptionName || l.Role == ColumnName
}

// A Func says what is to stand in a leaf's place; ok is false where it stays.
type Func func(l *Leaf) (replacement string, ok bool)

// Rewrite shows every leaf of a message to f and puts what f returns in its place. It
// reports whether anything changed. Address, headers and body come in this order, headers
// sorted by name.
func Rewrite(m *Message, f Func) bool {
	w := walkers.Get().(*walker)
	w.f, w.leaf.w = f, w
	defer func() {
		w.f = nil
		if cap(w.edits) < 1<<14 {
			walkers.Put(w)
		}
	}()
	before := w.changed
	if !m.Answer {
		m.Address = w.whole("", m.Address, func(s string) { addressReader{w}.address(s, 0) })
	}
	kept := parameter(first(m.Header, "Content-Type"), "boundary")
	m.Header = w.headers("header", m.Header)
	m.boundary = kept
	m.Body = w.whole("body", m.Body, func(s string) { w.body(m, s) })
	m.boundary = ""
	m.Trailer = w.headers("trailer", m.Trailer)
	return w.changed != before
}

// RewriteText is Rewrite for a text that stands in no message: a value as a leaf says, which
// comes from l. l is nil where it comes from none: nesting is bounded for both.
func (l *Leaf) RewriteText(text Leaf, f Func) string {
	w := &walker{f: f}
	if l != nil && l.w != nil {
		w.depth, w.outer = l.w.depth+1, l.Outer
	}
	return w.whole("", text.Text, func(s string) { w.value(s, 0, text) })
}

var walkers = sync.Pool{New: func() any { return &walker{} }}

// A walker takes one message apart.
type walker struct {
	f       Func
	leaf    Leaf
	frames  []frame
	edits   []edit.Edit
	outer   string // the name of the outermost text that holds the one that is read
	changed int    // how many texts were replaced
	depth   int    // of texts within texts
}

// whole reads a text that stands by itself, under a label, and returns what is to stand
// there.
func (w *walker) whole(label, s string, read func(s string)) string {
	if s == "" {
		return s
	}
	w.push(frame{label: label})
	outer := len(w.edits)
	read(s)
	s = edit.Apply(s, w.edits[outer:])
	clear(w.edits[outer:]) // of the texts that they hold
	w.edits = w.edits[:outer]
	w.pop()
	return s
}

// show gives a leaf to the caller. It reports whether the text was replaced.
func (w *walker) show(l Leaf, start int) bool {
	w.leaf = l
	return w.shown(&w.leaf, start)
}

// shown is show for a leaf that nothing else uses meanwhile.
func (w *walker) shown(l *Leaf, start int) bool {
	if l.Text == "" {
		return false
	}
	if l.w != w {
		l.w = w
	}
	l.Outer = w.outer
	text, ok := w.f(l)
	if !ok || text == l.Text {
		return ok
	}
	w.changed++
	head, tail := alike(l.Text, text)
	w.edits = append(w.edits, edit.Edit{Start: start + head, End: start + len(l.Text) - tail, Text: text[head : len(text)-tail]})
	return true
}

// alike is how many bytes two texts begin and end with alike: those keep their spelling.
func alike(a, b string) (head, tail int) {
	n := min(len(a), len(b))
	for head < n && a[head] == b[head] {
		head++
	}
	for head > 0 && head < len(a) && !utf8.RuneStart(a[head]) || head > 0 && head < len(b) && !utf8.RuneStart(b[head]) {
		head--
	}
	for tail < n-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for tail > 0 && (!utf8.RuneStart(a[len(a)-tail]) || !utf8.RuneStart(b[len(b)-tail])) {
		tail--
	}
	return head, tail
}

func (w *walker) headers(label string, h http.Header) http.Header {
	if len(h) == 0 {
		return h
	}
	var changed http.Header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for n, value := range h[name] {
			w.push(frame{label: label, name: http.CanonicalHeaderKey(name)})
			is := w.whole("", value, func(s string) { entityReader{w}.header(name, s, Header) })
			w.pop()
			if is == value {
				continue
			}
			if changed == nil {
				changed = h.Clone()
			}
			changed[name][n] = is
		}
	}
	if changed == nil {
		return h
	}
	return changed
}

// A frame is a step on the way to the text that is being read.
type frame struct {
	label  string // body, path, query, ..; ">" and what stands behind it for a layer
	name   string // of a header, an option, a field: behind a dot
	key    string // of a member, raw, in brackets, where member says so
	member bool
	index  int // of an element, a segment, a literal: plus one; 0 for none
	hash   bool
}

func (w *walker) push(f frame) { w.frames = append(w.frames, f) }
func (w *walker) pop()         { w.frames = w.frames[:len(w.frames)-1] }

// Place is where the leaf stands: path[3], query.$filter#0, header.If-Match,
// body.$['x'][0], form.x, part.x.body.$['x'] (part[2] where a part has no name), and
// path[1]>u!>path[2] where a text stands in a text.
func (l *Leaf) Place() string {
	b := make([]byte, 0, 64)
	for _, f := range l.w.frames {
		b = f.appendTo(b)
	}
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
		b = append(b, "['"...)
		for i := range len(f.key) {
			if f.key[i] == '\'' {
				b = append(b, '\\')
			}
			b = append(b, f.key[i])
		}
		b = append(b, "']"...)
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
