package jsondoc

import (
	"iter"
	"strings"
)

// A Token is a value of a text, or the end of an object or array.
type Token struct {
	Kind  byte   // '{', '}', '[', ']', '"', '0' for a number, 't', 'f' or 'n'
	Raw   string // as it stands in the text; of an object or array the bracket alone
	Start int    // the offset of Raw
	Depth int    // how many objects and arrays it stands in

	Name   string // of a member, decoded
	NameAt int    // the offset of the name's quote, -1 where it is no member
}

// Value is the text of a string, decoded: half of a surrogate pair is U+FFFD.
func (t Token) Value() string {
	s := scanner{text: t.Raw, escaped: strings.IndexByte(t.Raw, '\\') >= 0}
	return s.unquote(0, len(t.Raw))
}

// Opens reports whether the token begins an object or array.
func (t Token) Opens() bool { return t.Kind == '{' || t.Kind == '[' }

// Closes reports whether the token ends an object or array.
func (t Token) Closes() bool { return t.Kind == '}' || t.Kind == ']' }

// Scan goes through a text value by value, in its order, members with one name
// included. It accepts what Parse accepts, and what encoding/json and browsers accept as
// well: halves of surrogate pairs, and bytes that are not UTF-8. The last token of a
// text that is no JSON comes with a *SyntaxError.
func Scan(text string) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		s := tokens{scanner: scanner{text: text, lenient: true}}
		for {
			t, done, err := s.next()
			if done || !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// tokens reads one token after the other.
type tokens struct {
	scanner
	open  []byte // brackets that are open
	begun bool
	first bool // no value of the innermost object or array was read yet
}

func (s *tokens) next() (t Token, done bool, err error) {
	t.NameAt = -1
	if len(s.open) == 0 && s.begun {
		err = s.end()
		return t, err == nil, err
	}
	if s.begun {
		more, err := s.separator(&t)
		if err != nil || !more {
			return t, false, err
		}
	}
	s.begun, s.first, t.Depth = true, false, len(s.open)
	if t.Kind, t.Start, err = s.value(); err != nil {
		return t, false, err
	}
	t.Raw = s.text[t.Start:s.pos]
	if t.Opens() {
		s.open, s.first = append(s.open, t.Kind), true
	}
	return t, false, nil
}

// separator moves to the next value of what is open, and over its name; or over the
// bracket that closes it, which is the token then.
func (s *tokens) separator(t *Token) (more bool, err error) {
	innermost := len(s.open) - 1
	if s.open[innermost] == '{' {
		start, end, more, err := s.member(s.first)
		if err != nil {
			return false, err
		}
		if more {
			t.Name, t.NameAt = s.unquote(start, end), start
			return true, nil
		}
	} else if more, err = s.element(s.first); err != nil || more {
		return more, err
	}
	s.open, s.first = s.open[:innermost], false
	t.Start, t.Raw, t.Depth = s.pos-1, s.text[s.pos-1:s.pos], innermost
	t.Kind = t.Raw[0]
	return false, nil
}
