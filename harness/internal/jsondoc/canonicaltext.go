package jsondoc

import (
	"slices"
	"strings"
)

// CanonicalText appends the canonical form of a text to dst. It does what Parse
// and Canonical do, without building the document: a request's body is reduced to
// its canonical form on every lookup.
func CanonicalText(dst []byte, text string) ([]byte, error) {
	c := canonicaliser{scanner: scanner{text: text}, dst: dst, members: make([]canonicalMember, 0, 16)}
	if err := c.whole(c.write); err != nil {
		return dst, err
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

func (c *canonicaliser) write() error {
	kind, start, err := c.value()
	if err != nil {
		return err
	}
	switch kind {
	case '{':
		return c.writeObject()
	case '[':
		return c.writeArray()
	case '"':
		c.writeString(start, c.pos)
	case '0':
		c.dst = appendNumber(c.dst, c.text[start:c.pos])
	default:
		c.dst = append(c.dst, c.text[start:c.pos]...)
	}
	return nil
}

// writeString writes the string scanned last. One without escapes is canonical.
func (c *canonicaliser) writeString(start, end int) {
	if c.escaped {
		c.dst = appendString(c.dst, c.unquote(start, end))
		return
	}
	c.dst = append(c.dst, c.text[start:end]...)
}

func (c *canonicaliser) writeArray() error {
	c.dst = append(c.dst, '[')
	_, err := c.eachElement(func(i int) error {
		if i > 0 {
			c.dst = append(c.dst, ',')
		}
		return c.write()
	})
	c.dst = append(c.dst, ']')
	return err
}

func (c *canonicaliser) writeObject() error {
	c.dst = append(c.dst, '{')
	outer := len(c.members)
	_, err := c.eachMember(func(first bool, start, end int) error {
		if !first {
			c.dst = append(c.dst, ',')
		}
		member := canonicalMember{name: c.unquote(start, end), start: len(c.dst)}
		c.writeString(start, end)
		c.dst = append(c.dst, ':')
		err := c.write()
		member.end = len(c.dst)
		c.members = append(c.members, member)
		return err
	})
	c.sortMembers(c.members[outer:])
	c.members = c.members[:outer]
	c.dst = append(c.dst, '}')
	return err
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
