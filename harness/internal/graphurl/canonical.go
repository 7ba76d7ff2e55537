package graphurl

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Path returns the canonical path, version included, percent-encoded one way.
// Keys stand as segments of their own, users/x, unless only users('x') means the
// key there.
func (u *URL) Path() string {
	var b strings.Builder
	b.Grow(u.pathSize())
	u.writePath(&b)
	return b.String()
}

// Query returns the canonical query without '?': options sorted by name, system
// options with their '$', the lists of $select and $expand and those of a filter's in sorted.
func (u *URL) Query() string {
	if len(u.Options) == 0 {
		return ""
	}
	var b strings.Builder
	b.Grow(u.querySize())
	u.writeQuery(&b)
	return b.String()
}

// String returns the canonical address, which Parse reads: "//", host class, path
// and query.
func (u *URL) String() string {
	var b strings.Builder
	b.Grow(2 + len(u.Host) + u.pathSize() + 1 + u.querySize())
	b.WriteString("//")
	b.WriteString(u.Host)
	u.writePath(&b)
	if len(u.Options) > 0 {
		b.WriteByte('?')
		u.writeQuery(&b)
	}
	return b.String()
}

// pathSize is enough for a path with a few escapes in it.
func (u *URL) pathSize() int {
	n := len(u.Version) + 8
	for _, s := range u.Segments {
		n += len(s.Text) + 5
		for _, a := range s.Args {
			n += len(a.Name) + len(a.Value) + 2
		}
	}
	return n
}

func (u *URL) querySize() int {
	n := 0
	for _, o := range u.Options {
		n += len(o.Name) + len(o.Value) + 2 + len(o.Value)/2
	}
	return n
}

func (u *URL) writePath(b *strings.Builder) {
	pos := anywhere
	if u.Host == Graph {
		pos = atRoot
	}
	if u.Version != "" {
		b.WriteByte('/')
		b.WriteString(u.Version)
	} else if len(u.Segments) == 0 {
		b.WriteByte('/')
	}
	for _, s := range u.Segments {
		switch {
		case s.Kind == ColonPath:
			escape(b, s.Text, colonBytes)
		case s.Kind == Key && !pos.readsAsKey(s.Text):
			b.WriteString("('")
			escape(b, strings.ReplaceAll(s.Text, "'", "''"), pathBytes)
			b.WriteString("')")
		default:
			b.WriteByte('/')
			escape(b, s.Text, pathBytes)
			writeArgs(b, s.Args, func(value string) { escape(b, value, pathBytes) })
		}
		pos = pos.after(s)
	}
}

// readsAsKey reports whether a bare segment at p is read as that key.
func (p position) readsAsKey(text string) bool {
	if p == anywhere || p == atRoot {
		return true // there is no word that a key in parentheses could follow
	}
	return text != "" && strings.IndexByte(text, '(') < 0 && colonAt(text) < 0 && p.bare(text).Kind == Key
}

func writeArgs(b *strings.Builder, args []Option, write func(value string)) {
	for i, a := range args {
		b.WriteByte("(,"[min(i, 1)])
		b.WriteString(a.Name)
		b.WriteByte('=')
		write(a.Value)
	}
	if len(args) > 0 {
		b.WriteByte(')')
	}
}

func (u *URL) writeQuery(b *strings.Builder) {
	for i, o := range u.Options {
		if i > 0 {
			b.WriteByte('&')
		}
		escape(b, o.Name, queryBytes)
		b.WriteByte('=')
		escape(b, o.Value, queryBytes)
	}
}

// A charset says which bytes stay as they are.
type charset [256]bool

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

func charsetOf(bytes string) *charset {
	var set charset
	for i := range len(bytes) {
		set[bytes[i]] = true
	}
	return &set
}

// The canonical form leaves raw what reads well and cannot be mistaken. In a query
// that excludes & and = (structure), + (a space to form decoders) and ; (which
// net/url's ParseQuery refuses).
var (
	pathBytes  = charsetOf(unreserved + "!$&'()*+,;=:@")
	colonBytes = charsetOf(unreserved + "!$&'()*+,;=:@/")
	queryBytes = charsetOf(unreserved + "!$'()*,:@/?")
	idBytes    = charsetOf(unreserved + "!$*,:@")
)

const upperHex = "0123456789ABCDEF"

func escape(b *strings.Builder, s string, raw *charset) {
	start := 0
	for i := range len(s) {
		c := s[i]
		if raw[c] {
			continue
		}
		b.WriteString(s[start:i])
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
		start = i + 1
	}
	b.WriteString(s[start:])
}

// unescape decodes percent escapes once, and '+' to a space where plus is true. A
// percent sign that begins no escape is kept.
func unescape(s string, plus bool) string {
	i := strings.IndexByte(s, '%')
	if i < 0 && (!plus || strings.IndexByte(s, '+') < 0) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case ascii.IsEscape(s, i):
			b = append(b, ascii.Unescape(s, i))
			i += 2
		case c == '+' && plus:
			b = append(b, ' ')
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// badEscape returns the first malformed percent escape, or "".
func badEscape(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && !ascii.IsEscape(s, i) {
			return s[i:min(i+3, len(s))]
		}
	}
	return ""
}

// EscapeSegment percent-encodes an id so that it is exactly one path segment.
// A dot segment is encoded too, since clients would resolve it.
func EscapeSegment(s string) string {
	if s == "." || s == ".." {
		return strings.Repeat("%2E", len(s))
	}
	var b strings.Builder
	escape(&b, s, idBytes)
	return b.String()
}
