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
	s := scanner{text: text}
	doc, err := s.parse()
	if err != nil {
		return nil, err
	}
	if err := s.end(); err != nil {
		return nil, err
	}
	return doc, nil
}

func (s *scanner) parse() (any, error) {
	kind, start, err := s.value()
	if err != nil {
		return nil, err
	}
	if s.values++; kind == '{' || kind == '[' {
		s.values += heavy - 1
	}
	if s.values > MaxValues {
		return nil, s.fail(start, "more than %d values, or %d objects and arrays", MaxValues, MaxValues/heavy)
	}
	switch kind {
	case '{':
		return s.parseObject()
	case '[':
		return s.parseArray()
	case '"':
		return s.unquote(start, s.pos), nil
	case 'n':
		return nil, nil
	case 't':
		return true, nil
	case 'f':
		return false, nil
	}
	return json.Number(s.text[start:s.pos]), nil
}

func (s *scanner) parseObject() (any, error) {
	object := map[string]any{}
	for first := true; ; first = false {
		start, end, more, err := s.member(first)
		if err != nil {
			return nil, err
		}
		if !more {
			return object, nil
		}
		name := s.unquote(start, end)
		if object[name], err = s.parse(); err != nil {
			return nil, err
		}
	}
}

func (s *scanner) parseArray() (any, error) {
	array := []any{}
	for first := true; ; first = false {
		more, err := s.element(first)
		if err != nil {
			return nil, err
		}
		if !more {
			return array, nil
		}
		item, err := s.parse()
		if err != nil {
			return nil, err
		}
		array = append(array, item)
	}
}
