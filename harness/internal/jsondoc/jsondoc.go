package jsondoc

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how deep objects and arrays may nest. It is the limit of
// encoding/json, so whatever passes here can be handed on.
const MaxDepth = 10_000

// MaxValues is how many values a tree may have, of which an object or array counts for
// heavy: they take up to 400 bytes of memory, however short their texts are. What only goes
// through a text, as Scan does, has no such limit.
const (
	MaxValues = 2_400_000
	heavy     = 8
)

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset       int64 // bytes before the fault
	Line, Column int   // both from 1; a column is a character
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Parse reads exactly one JSON value (RFC 8259). The error is a *SyntaxError.
// A text that is not valid UTF-8, or holds a lone surrogate escape, is an error:
// it would not survive a round trip. So is nesting deeper than [MaxDepth], and a text of
// more than [MaxValues].
//
// Of members with one name the last counts, as in encoding/json and in
// JavaScript. Strings without escapes share memory with text.
func Parse(text string) (any, error) {
	doc, _, err := parse(text, 0)
	return doc, err
}

// ParseMended is Parse for text in which an escape may be half of a surrogate pair, which
// encoding/json and browsers read as U+FFFD: a text that is JSON but for those is read like
// that, and mendedAt is the path of the first value or member that holds one: the root
// where that is not in the document, for another member of its name replaces it.
func ParseMended(text string) (doc any, mendedAt string, err error) {
	doc, mended, err := parse(text, utf8.RuneError)
	if err != nil || !mended {
		return doc, "", err
	}
	if marked, _, err := parse(text, '\u0001'); err == nil {
		for _, d := range Diff(doc, marked, 1) {
			return doc, d.Path, nil
		}
	}
	return doc, Root, nil
}

// parse reads half of a surrogate pair as a character, and reports whether there was one; as
// 0 it is an error.
func parse(text string, half rune) (doc any, halves bool, err error) {
	p := parser{scanner: scanner{text: text}}
	p.half = half
	if p.next() {
		doc = p.tree()
		p.next()
	}
	if p.err != nil {
		return nil, false, p.err
	}
	return doc, p.halves, nil
}

// A parser builds a tree.
type parser struct {
	scanner
	values int // of the tree, so far
}

// tree is the value that the token begins; after a fault it is worth nothing.
func (p *parser) tree() any {
	if p.values++; p.Opens() {
		p.values += heavy - 1
	}
	if p.values > MaxValues {
		p.fail(p.Start, "more than %d values, or %d objects and arrays", MaxValues, MaxValues/heavy)
	}
	switch p.Kind {
	case '{':
		object := map[string]any{}
		for p.next() && !p.Closes() {
			name := p.Name
			object[name] = p.tree()
		}
		return object
	case '[':
		array := []any{}
		for p.next() && !p.Closes() {
			array = append(array, p.tree())
		}
		return array
	case '"':
		return p.decoded(p.Raw)
	case '0':
		return json.Number(p.Raw)
	case 'n':
		return nil
	}
	return p.Kind == 't'
}
