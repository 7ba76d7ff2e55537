package jsondoc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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

// CanonicalText appends the canonical form of a text to dst. It does what Parse
// and Canonical do, without building the document: a request's body is reduced to
// its canonical form on every lookup.
func CanonicalText(dst []byte, text string) ([]byte, error) {
	room := new(struct { // of one allocation
		members [16]canonicalMember
		open    [16]byte
	})
	c := canonicaliser{scanner: scanner{text: text, open: room.open[:0]}, dst: dst, members: room.members[:0]}
	if c.next() {
		c.write()
		c.next()
	}
	if c.err != nil {
		return dst, c.err
	}
	return c.dst, nil
}

type canonicaliser struct {
	scanner
	dst     []byte
	members []canonicalMember // of all objects that are open, innermost last
	spare   []byte            // for putting members in order
}

// A canonicalMember is one member as it stands in dst, name and all.
type canonicalMember struct {
	name       string
	start, end int
}

// write writes the value that the token begins.
func (c *canonicaliser) write() {
	switch c.Kind {
	case '{':
		c.writeObject()
	case '[':
		c.dst = append(c.dst, '[')
		for first := true; c.next() && !c.Closes(); first = false {
			c.separate(first)
			c.write()
		}
		c.dst = append(c.dst, ']')
	case '"':
		c.writeString(c.Raw, c.escaped)
	case '0':
		c.dst = appendNumber(c.dst, c.Raw)
	default:
		c.dst = append(c.dst, c.Raw...)
	}
}

func (c *canonicaliser) separate(first bool) {
	if !first {
		c.dst = append(c.dst, ',')
	}
}

// writeString writes a string. One without escapes is canonical.
func (c *canonicaliser) writeString(quoted string, escaped bool) {
	if escaped {
		c.dst = appendString(c.dst, unquote(quoted, 0))
		return
	}
	c.dst = append(c.dst, quoted...)
}

func (c *canonicaliser) writeObject() {
	c.dst = append(c.dst, '{')
	outer := len(c.members)
	for first := true; c.next() && !c.Closes(); first = false {
		c.separate(first)
		member := canonicalMember{name: c.Name, start: len(c.dst)}
		quoted := c.text[c.NameAt:c.nameEnd]
		c.writeString(quoted, len(c.Name)+2 < len(quoted))
		c.dst = append(c.dst, ':')
		c.write()
		member.end = len(c.dst)
		c.members = append(c.members, member)
	}
	c.sortMembers(c.members[outer:])
	c.members = c.members[:outer]
	c.dst = append(c.dst, '}')
}

// sortMembers puts the members that end dst in the order of their names; of
// members with one name the last stays.
func (c *canonicaliser) sortMembers(members []canonicalMember) {
	inOrder := true
	for i := 1; i < len(members) && inOrder; i++ {
		inOrder = members[i-1].name < members[i].name
	}
	if inOrder {
		return
	}
	start := members[0].start
	slices.SortStableFunc(members, func(a, b canonicalMember) int { return strings.Compare(a.name, b.name) })
	c.spare = append(c.spare[:0], c.dst[start:]...)
	c.dst = c.dst[:start]
	for i, m := range members {
		if i+1 < len(members) && members[i+1].name == m.name {
			continue
		}
		if len(c.dst) > start {
			c.dst = append(c.dst, ',')
		}
		c.dst = append(c.dst, c.spare[m.start-start:m.end-start]...)
	}
}
