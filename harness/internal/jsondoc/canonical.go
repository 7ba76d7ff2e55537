package jsondoc

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Canonical appends the canonical form of doc to dst: members sorted by name,
// no white space, shortest escapes, and one spelling for numbers of equal value
// (1.0, 1 and 10E-1 are equal; 2^53+1 and 2^53 are not).
//
// A value of a type that no document holds is written as "!type(value)", which
// equals no document.
func Canonical(dst []byte, doc any) []byte {
	switch v := doc.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case string:
		return appendString(dst, v)
	case json.Number:
		return appendNumber(dst, string(v))
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = Canonical(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		return canonicalObject(dst, v)
	}
	return fmt.Appendf(dst, "!%T(%v)", doc, doc)
}

func canonicalObject(dst []byte, object map[string]any) []byte {
	var few [16]string // most objects need no allocation
	names := few[:0]
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = Canonical(dst, object[name])
	}
	return append(dst, '}')
}

// appendString appends s as a JSON string with the fewest escapes.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for {
		end, _ := plain(s, 0)
		dst = append(dst, s[:end]...)
		if end == len(s) {
			return append(dst, '"')
		}
		switch c := s[end]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		default:
			dst = appendControl(dst, c)
		}
		s = s[end+1:]
	}
}

// appendControl appends the shortest escape of a control character.
func appendControl(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// Equal reports whether two documents have one canonical form.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case string:
		b, ok := b.(string)
		return ok && a == b
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(string(a), string(b))
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && equalObjects(a, b)
	}
	return string(Canonical(nil, a)) == string(Canonical(nil, b))
}

func equalObjects(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for name, value := range a {
		if other, ok := b[name]; !ok || !Equal(value, other) {
			return false
		}
	}
	return true
}

func equalNumbers(a, b string) bool {
	if a == b {
		return true
	}
	var bufA, bufB [64]byte
	return string(appendNumber(bufA[:0], a)) == string(appendNumber(bufB[:0], b))
}
