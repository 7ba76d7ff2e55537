package jsondoc

import (
	"iter"
	"unicode/utf8"
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
func (t Token) Value() string { return unquote(t.Raw, utf8.RuneError) }

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
		s := scanner{text: text}
		s.half, s.anyBytes = utf8.RuneError, true
		for s.next() {
			if !yield(s.Token, nil) {
				return
			}
		}
		if s.err != nil {
			yield(s.Token, s.err)
		}
	}
}
