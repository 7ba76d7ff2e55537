package graphurl

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

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
