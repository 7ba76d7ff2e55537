package jsondoc

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What stands behind a backslash, and what it means.
const (
	escaped = `"\/bfnrt`
	meant   = "\"\\/\b\f\n\r\t"
)

// escape checks the escape at an offset and returns its length, 0 at a fault; a surrogate
// pair counts as one.
func (s *scanner) escape(at int) (size int) {
	if at+1 >= len(s.text) {
		s.fail(at, "the text ends inside a string")
		return 0
	}
	if c := s.text[at+1]; c != 'u' {
		if strings.IndexByte(escaped, c) >= 0 {
			return 2
		}
		s.fail(at, `a backslash must begin one of \" \\ \/ \b \f \n \r \t \uXXXX`)
		return 0
	}
	r, size := codePoint(s.text, at)
	switch {
	case size == 0:
		s.fail(at, `\u must be followed by four hexadecimal digits`)
	case utf16.IsSurrogate(r) && s.half == 0:
		s.fail(at, `\u%04x is half of a surrogate pair`, r)
		return 0
	case utf16.IsSurrogate(r):
		s.halves = true
	}
	return size
}

// codePoint reads \uXXXX, or two of them that are a surrogate pair, and returns its length, 0
// where there is none.
func codePoint(text string, at int) (r rune, size int) {
	r, ok := codeUnit(text, at)
	if !ok {
		return 0, 0
	}
	if low, ok := codeUnit(text, at+6); ok && utf16.IsSurrogate(r) {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return r, 6
}

func codeUnit(text string, at int) (rune, bool) {
	if at+6 > len(text) || text[at:at+2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(text[at+2:at+6], 16, 16)
	return rune(n), err == nil
}

// AppendUnescaped appends what the escape means that begins with the backslash at an offset,
// and returns where the text goes on. Half of a surrogate pair is U+FFFD, and a backslash
// that begins no escape is itself.
func AppendUnescaped(dst []byte, text string, at int) ([]byte, int) {
	return appendUnescaped(dst, text, at, utf8.RuneError)
}

func appendUnescaped(dst []byte, text string, at int, half rune) ([]byte, int) {
	if at+1 < len(text) {
		if k := strings.IndexByte(escaped, text[at+1]); k >= 0 {
			return append(dst, meant[k]), at + 2
		}
	}
	r, size := codePoint(text, at)
	switch {
	case size == 0:
		return append(dst, '\\'), at + 1
	case utf16.IsSurrogate(r):
		r = half
	}
	return utf8.AppendRune(dst, r), at + size
}

// appendEscape appends the shortest escape of a quote, a backslash or a control character.
func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	if k := strings.IndexByte(meant, c); k >= 0 {
		return append(dst, '\\', escaped[k])
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// decoded is the text of the string that was scanned last, which is given with its quotes.
func (s *scanner) decoded(quoted string) string {
	if !s.escaped {
		return quoted[1 : len(quoted)-1]
	}
	return unquote(quoted, s.half)
}

// unquote is the text of a string, in which half of a surrogate pair is a character.
func unquote(quoted string, half rune) string {
	raw := quoted[1 : len(quoted)-1]
	at := strings.IndexByte(raw, '\\')
	if at < 0 {
		return raw
	}
	text := make([]byte, 0, len(raw))
	for at >= 0 {
		var next int
		text, next = appendUnescaped(append(text, raw[:at]...), raw, at, half)
		raw = raw[next:]
		at = strings.IndexByte(raw, '\\')
	}
	return string(append(text, raw...))
}
