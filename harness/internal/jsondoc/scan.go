package jsondoc

import (
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// A scanner walks over JSON text and checks its grammar. It is the only place
// that knows the grammar: what reads JSON here asks it for values, members and
// elements, so all of it accepts the same texts.
//
// The shape of every reader is
//
//	kind, start, err := s.value()
//	// kind is '{': s.eachMember
//	// kind is '[': s.eachElement
//	// otherwise text[start:pos] is the scalar
type scanner struct {
	text    string
	pos     int
	depth   int
	escaped bool // whether the string scanned last holds a backslash
	lenient bool // accept halves of surrogate pairs, and bytes that are not UTF-8
}

// fail makes the error for a fault at an offset.
func (s *scanner) fail(offset int, format string, args ...any) error {
	offset = min(offset, len(s.text))
	before := s.text[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Offset:  int64(offset),
		Line:    1 + strings.Count(before, "\n"),
		Column:  1 + utf8.RuneCountInString(before[line:]),
		Message: fmt.Sprintf(format, args...),
	}
}

// unexpected makes the error for the character at pos, where something else
// was wanted.
func (s *scanner) unexpected(wanted string) error {
	if s.pos >= len(s.text) {
		return s.fail(s.pos, "the text ends where %s was expected", wanted)
	}
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	if r == utf8.RuneError && size == 1 {
		return s.fail(s.pos, "byte 0x%02x is not UTF-8", s.text[s.pos])
	}
	return s.fail(s.pos, "found %q where %s was expected", r, wanted)
}

// space moves past white space.
func (s *scanner) space() {
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

// whole reads a text that is one value and nothing else.
func (s *scanner) whole(read func() error) error {
	if err := read(); err != nil {
		return err
	}
	return s.end()
}

// end checks that nothing but white space is left.
func (s *scanner) end() error {
	s.space()
	if s.pos < len(s.text) {
		return s.unexpected("the end of the text")
	}
	return nil
}

// value moves over white space and one scalar, or over the opening bracket of
// an object or array. The kind is the first byte of the value, '0' for any
// number.
func (s *scanner) value() (kind byte, start int, err error) {
	s.space()
	start = s.pos
	if start >= len(s.text) {
		return 0, start, s.unexpected("a value")
	}
	switch c := s.text[start]; c {
	case '"':
		return c, start, s.str()
	case '{', '[':
		if s.depth++; s.depth > MaxDepth {
			return 0, start, s.fail(start, "nested deeper than %d levels", MaxDepth)
		}
		s.pos++
		return c, start, nil
	case 't':
		return c, start, literal(s, "true")
	case 'f':
		return c, start, literal(s, "false")
	case 'n':
		return c, start, literal(s, "null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0', start, s.number()
	}
	return 0, start, s.unexpected("a value")
}

// element moves to the next element of the array that is open: over the comma,
// or over the closing bracket, when there are no more.
func (s *scanner) element(first bool) (more bool, err error) {
	return moveOn(s, first, ']', "',' or ']'")
}

// member moves to the next member of the object that is open: over the comma,
// the name and the colon, or over the closing bracket, when there are no more.
// The name is text[start:end], quotes included.
func (s *scanner) member(first bool) (start, end int, more bool, err error) {
	more, err = moveOn(s, first, '}', "',' or '}'")
	if err != nil || !more {
		return 0, 0, false, err
	}
	s.space()
	start = s.pos
	if start >= len(s.text) || s.text[start] != '"' {
		return 0, 0, false, s.unexpected("a member name")
	}
	if err := s.str(); err != nil {
		return 0, 0, false, err
	}
	end = s.pos
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != ':' {
		return 0, 0, false, s.unexpected("':'")
	}
	s.pos++
	return start, end, true, nil
}

// eachMember calls read for every member of the object that is open, once over its colon,
// and reports whether there was none.
func (s *scanner) eachMember(read func(first bool, start, end int) error) (empty bool, err error) {
	for first := true; ; first = false {
		start, end, more, err := s.member(first)
		if err == nil && more {
			err = read(first, start, end)
		}
		if err != nil || !more {
			return first, err
		}
	}
}

// eachElement calls read before every element of the array that is open, and reports
// whether there was none.
func (s *scanner) eachElement(read func(i int) error) (empty bool, err error) {
	for i := 0; ; i++ {
		more, err := s.element(i == 0)
		if err == nil && more {
			err = read(i)
		}
		if err != nil || !more {
			return i == 0, err
		}
	}
}

// moveOn moves over what separates members or elements, or over the closing bracket.
func moveOn(s *scanner, first bool, closing byte, wanted string) (more bool, err error) {
	s.space()
	if s.pos >= len(s.text) {
		return false, s.unexpected(wanted)
	}
	switch c := s.text[s.pos]; {
	case c == closing:
		s.pos++
		s.depth--
		return false, nil
	case first:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	}
	return false, s.unexpected(wanted)
}

func literal(s *scanner, word string) error {
	if !strings.HasPrefix(s.text[s.pos:], word) {
		return s.fail(s.pos, "found a word that is not true, false or null")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) number() error {
	if s.text[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.text) && s.text[s.pos] == '0' {
		s.pos++ // a leading zero stands alone
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.pos < len(s.text) && s.text[s.pos] == '.' {
		s.pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.pos < len(s.text) && s.text[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.text) && (s.text[s.pos] == '+' || s.text[s.pos] == '-') {
			s.pos++
		}
		return s.digits()
	}
	return nil
}

// digits moves over one or more digits.
func (s *scanner) digits() error {
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos]-'0' <= 9 {
		s.pos++
	}
	if s.pos == start {
		return s.unexpected("a digit")
	}
	return nil
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

// str moves over the string that opens at pos and checks its escapes and its
// UTF-8.
func (s *scanner) str() error {
	s.escaped = false
	for i := s.pos + 1; ; {
		end, ascii := plain(s.text, i)
		if !ascii && !s.lenient && !utf8.ValidString(s.text[i:end]) {
			s.pos = i + utf8Prefix(s.text[i:])
			return s.unexpected("a character")
		}
		switch {
		case end >= len(s.text):
			return s.fail(s.pos, "the text ends inside a string")
		case s.text[end] == '"':
			s.pos = end + 1
			return nil
		case s.text[end] != '\\':
			return s.fail(end, "control character %q in a string must be escaped", s.text[end])
		}
		s.escaped = true
		size, err := s.escape(end)
		if err != nil {
			return err
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
