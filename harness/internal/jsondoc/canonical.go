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
	dst = append(dst, '{')
	for i, name := range appendNames(few[:0], object) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = Canonical(dst, object[name])
	}
	return append(dst, '}')
}

// appendNames appends the names of an object's members, sorted.
func appendNames(dst []string, object map[string]any) []string {
	outer := len(dst)
	for name := range object {
		dst = append(dst, name)
	}
	slices.Sort(dst[outer:])
	return dst
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
		dst = appendEscape(dst, s[end])
		s = s[end+1:]
	}
}
