package jsondoc

import (
	"encoding/json"
	"fmt"
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
	p := parser{scanner: scanner{text: text}}
	var doc any
	err := p.whole(func() (err error) {
		doc, err = p.parse()
		return err
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// A parser builds a tree.
type parser struct {
	scanner
	values int // of the tree, so far
}

func (p *parser) parse() (any, error) {
	kind, start, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.values++; kind == '{' || kind == '[' {
		p.values += heavy - 1
	}
	if p.values > MaxValues {
		return nil, p.fail(start, "more than %d values, or %d objects and arrays", MaxValues, MaxValues/heavy)
	}
	switch kind {
	case '{':
		return p.parseObject()
	case '[':
		return p.parseArray()
	case '"':
		return p.unquote(start, p.pos), nil
	case 'n':
		return nil, nil
	case 't':
		return true, nil
	case 'f':
		return false, nil
	}
	return json.Number(p.text[start:p.pos]), nil
}

func (p *parser) parseObject() (any, error) {
	object := map[string]any{}
	_, err := p.eachMember(func(_ bool, start, end int) (err error) {
		name := p.unquote(start, end)
		object[name], err = p.parse()
		return err
	})
	return object, err
}

func (p *parser) parseArray() (any, error) {
	array := []any{}
	_, err := p.eachElement(func(int) error {
		item, err := p.parse()
		array = append(array, item)
		return err
	})
	return array, err
}
