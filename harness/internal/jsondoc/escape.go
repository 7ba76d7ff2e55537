package jsondoc

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escape checks the escape at an offset and returns its length; a surrogate
// pair counts as one.
func (s *scanner) escape(at int) (size int, err error) {
	if at+1 >= len(s.text) {
		return 0, s.fail(at, "the text ends inside a string")
	}
	switch s.text[at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't': // those of escaped
		return 2, nil
	case 'u':
	default:
		return 0, s.fail(at, `a backslash must begin one of \" \\ \/ \b \f \n \r \t \uXXXX`)
	}
	r, ok := hex4(s.text, at+2)
	if !ok {
		return 0, s.fail(at, `\u must be followed by four hexadecimal digits`)
	}
	if r < 0xD800 || r > 0xDFFF {
		return 6, nil
	}
	if _, paired := lowSurrogate(s.text, at+6); r >= 0xDC00 || !paired {
		if s.lenient {
			return 6, nil
		}
		return 0, s.fail(at, `\u%04x is half of a surrogate pair`, r)
	}
	return 12, nil
}

// lowSurrogate reads the escaped second half of a surrogate pair.
func lowSurrogate(text string, at int) (r rune, ok bool) {
	if !strings.HasPrefix(text[min(at, len(text)):], `\u`) {
		return 0, false
	}
	r, ok = hex4(text, at+2)
	return r, ok && r >= 0xDC00 && r <= 0xDFFF
}

func hex4(text string, at int) (r rune, ok bool) {
	if at+4 > len(text) {
		return 0, false
	}
	n, err := strconv.ParseUint(text[at:at+4], 16, 16)
	return rune(n), err == nil
}

// What stands behind a backslash, and what it means.
const (
	escaped = `"\/bfnrt`
	meant   = "\"\\/\b\f\n\r\t"
)

// unquote decodes the string that was scanned last, text[start:end] with its
// quotes.
func (s *scanner) unquote(start, end int) string {
	raw := s.text[start+1 : end-1]
	if !s.escaped {
		return raw
	}
	decoded := make([]byte, 0, len(raw))
	for {
		at := strings.IndexByte(raw, '\\')
		if at < 0 {
			return string(append(decoded, raw...))
		}
		decoded = append(decoded, raw[:at]...)
		size := 6
		if k := strings.IndexByte(escaped, raw[at+1]); k >= 0 {
			decoded, size = append(decoded, meant[k]), 2
		} else {
			r, _ := hex4(raw, at+2)
			if low, ok := lowSurrogate(raw, at+6); ok && r < 0xDC00 && utf16.IsSurrogate(r) {
				r, size = utf16.DecodeRune(r, low), 12
			}
			decoded = utf8.AppendRune(decoded, r)
		}
		raw = raw[at+size:]
	}
}
