package jsondoc

import (
	"fmt"
	"iter"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// A scanner goes through JSON text, token by token, and checks its grammar.
//
// The shape of every reader is
//
//	for s.next() {
//		// s.Token is a value, or the end of an object or array
//	}
//	// s.err is the first fault, nil where the text is JSON
//
// and, where a call of its own reads what is in an object or array,
//
//	for s.next() && !s.Closes() { ... }
type scanner struct {
	Token
	text    string
	pos     int
	nameEnd int    // where the name of the member ends, quote included
	open    []byte // the brackets that are to come
	state   state
	escaped bool // whether the string scanned last holds a backslash
	err     error
	lenience
}

// state is where the scanner stands.
type state uint8

const (
	atStart state = iota // of the text
	opened               // behind the bracket that opens an object or array
	within               // behind a value
)

// lenience is what is accepted beyond RFC 8259, as encoding/json and browsers do.
type lenience struct {
	half     rune // what half of a surrogate pair is read as; 0: it is a fault
	halves   bool // whether there was one
	anyBytes bool // also those that are not UTF-8
}

// next moves to the next value, over the name of a member, or over the bracket that closes
// what is open. It is false behind the last token and, for good, at a fault.
func (s *scanner) next() bool {
	if s.err != nil {
		return false
	}
	s.space()
	s.Depth = len(s.open)
	if s.Depth == 0 {
		if s.state == within {
			return s.pos < len(s.text) && s.unexpected("the end of the text")
		}
		s.NameAt = -1
		return s.value()
	}
	closing := s.open[s.Depth-1]
	switch c := s.at(); {
	case c == closing:
		s.Depth--
		s.open = s.open[:s.Depth]
		s.pos++
		s.Name, s.NameAt = "", -1
		return s.token(c, s.pos-1)
	case s.state == opened && s.pos < len(s.text):
	case c == ',':
		s.pos++
	default:
		return s.unexpected("',' or '" + string(closing) + "'")
	}
	if closing == '}' {
		return s.name() && s.value()
	}
	s.Name, s.NameAt = "", -1
	return s.value()
}

// at is the byte at pos, 0 at the end.
func (s *scanner) at() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// token is the one that ends at pos.
func (s *scanner) token(kind byte, start int) bool {
	s.Kind, s.Start, s.Raw, s.state = kind, start, s.text[start:s.pos], within
	return true
}

// name moves over the name of a member and the colon.
func (s *scanner) name() bool {
	s.space()
	s.NameAt = s.pos
	if s.at() != '"' {
		return s.unexpected("a member name")
	}
	if !s.str() {
		return false
	}
	s.Name, s.nameEnd = s.decoded(s.text[s.NameAt:s.pos]), s.pos
	if s.space(); s.at() != ':' {
		return s.unexpected("':'")
	}
	s.pos++
	return true
}

// value moves over white space and one scalar, or over the opening bracket of an object or
// array.
func (s *scanner) value() bool {
	s.space()
	start := s.pos
	switch c := s.at(); c {
	case '"':
		return s.str() && s.token(c, start)
	case '{', '[':
		if len(s.open) == MaxDepth {
			return s.fail(start, "nested deeper than %d levels", MaxDepth)
		}
		s.open = append(s.open, c+2) // in ASCII
		s.pos++
		s.token(c, start)
		s.state = opened
		return true
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.number() && s.token('0', start)
	}
	return s.unexpected("a value")
}

func (s *scanner) literal(word string) bool {
	if !strings.HasPrefix(s.text[s.pos:], word) {
		return s.fail(s.pos, "found a word that is not true, false or null")
	}
	s.pos += len(word)
	return s.token(word[0], s.pos-len(word))
}

func (s *scanner) number() bool {
	if s.at() == '-' {
		s.pos++
	}
	if s.at() == '0' {
		s.pos++ // a leading zero stands alone
	} else if !s.digits() {
		return false
	}
	if s.at() == '.' {
		s.pos++
		if !s.digits() {
			return false
		}
	}
	if s.at()|0x20 == 'e' {
		s.pos++
		if s.at() == '+' || s.at() == '-' {
			s.pos++
		}
		return s.digits()
	}
	return true
}

// digits moves over one or more digits.
func (s *scanner) digits() bool {
	start := s.pos
	for s.at()-'0' <= 9 {
		s.pos++
	}
	return s.pos > start || s.unexpected("a digit")
}

// fail notes the fault at an offset. It is false.
func (s *scanner) fail(offset int, format string, args ...any) bool {
	offset = min(offset, len(s.text))
	before := s.text[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	s.err = &SyntaxError{
		Offset:  int64(offset),
		Line:    1 + strings.Count(before, "\n"),
		Column:  1 + utf8.RuneCountInString(before[line:]),
		Message: fmt.Sprintf(format, args...),
	}
	return false
}

// unexpected notes the character at pos as a fault, where something else was wanted.
func (s *scanner) unexpected(wanted string) bool {
	if s.pos >= len(s.text) {
		return s.fail(s.pos, "the text ends where %s was expected", wanted)
	}
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	if r == utf8.RuneError && size == 1 {
		return s.fail(s.pos, "byte 0x%02x is not UTF-8", s.text[s.pos])
	}
	return s.fail(s.pos, "found %q where %s was expected", r, wanted)
}

// space moves past white space. It is inlined: mostly there is none.
func (s *scanner) space() {
	if s.at() <= ' ' {
		s.blanks()
	}
}

func (s *scanner) blanks() {
	text, i := s.text, s.pos
	for i < len(text) {
		switch text[i] {
		case ' ':
			// Indentation comes in runs.
			for i+8 <= len(text) && word(text, i) == ' '*ones {
				i += 8
			}
			for i < len(text) && text[i] == ' ' {
				i++
			}
		case '\n', '\r', '\t':
			i++
		default:
			s.pos = i
			return
		}
	}
	s.pos = i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// word loads eight bytes, the first one lowest; the compiler makes it one load.
func word(text string, i int) uint64 {
	t := text[i : i+8]
	return uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
		uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
}

// notPlain marks the bytes of x that end a run of ordinary string characters, exactly up
// to the lowest of them.
func notPlain(x uint64) uint64 {
	return ((x ^ '"'*ones - ones) | (x ^ '\\'*ones - ones) | (x - ' '*ones)) &^ x & highs
}

// plain returns where the run of ordinary string characters from i ends: at a
// quote, a backslash, a control character or the end of the text. It looks at
// eight bytes at a time, for strings are most of a text.
func plain(text string, i int) (end int, ascii bool) {
	var high uint64
	for ; i+8 <= len(text); i += 8 {
		x := word(text, i)
		if stop := notPlain(x); stop != 0 {
			n := bits.TrailingZeros64(stop) / 8
			high |= x & (1<<(8*n) - 1)
			return i + n, high&highs == 0
		}
		high |= x
	}
	for ; i < len(text); i++ {
		c := text[i]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		high |= uint64(c)
	}
	return i, high&highs == 0
}

// StringEnd finds the quote that ends a string which begins at i, behind its own, or the end
// of the text, and says whether there is a backslash in it. The text may be no JSON.
func StringEnd(text string, i int) (end int, escaped bool) {
	for i < len(text) {
		end, _ := plain(text, i)
		switch {
		case end == len(text) || text[end] == '"':
			return end, escaped
		case text[end] == '\\':
			escaped = true
			i = end + 2
		default:
			i = end + 1
		}
	}
	return len(text), escaped
}

// str moves over the string that opens at pos and checks its escapes and its UTF-8.
func (s *scanner) str() bool {
	s.escaped = false
	for i := s.pos + 1; ; {
		end, isASCII := plain(s.text, i)
		if !isASCII && !s.anyBytes && !utf8.ValidString(s.text[i:end]) {
			s.pos = i + utf8Prefix(s.text[i:])
			return s.unexpected("a character")
		}
		switch {
		case end >= len(s.text):
			return s.fail(s.pos, "the text ends inside a string")
		case s.text[end] == '"':
			s.pos = end + 1
			return true
		case s.text[end] != '\\':
			return s.fail(end, "control character %q in a string must be escaped", s.text[end])
		}
		s.escaped = true
		size := s.escape(end)
		if size == 0 {
			return false
		}
		i = end + size
	}
}

// utf8Prefix is how many bytes of a text come before the first that is not UTF-8.
func utf8Prefix(text string) int {
	for i := 0; ; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

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
