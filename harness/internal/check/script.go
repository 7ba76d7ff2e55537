package check

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// scriptAnswers are those in a file of JavaScript or TypeScript: texts of JSON, and objects
// that are written out. Nothing of it is an error: what is no literal is passed over.
func scriptAnswers(text string) *contents {
	found := &contents{}
	if !strings.Contains(text, "odata.") {
		return found
	}
	s := &script{text: text, effort: 16*len(text) + 1<<16}
	for i := range len(text) {
		if text[i] == '\n' {
			s.breaks = append(s.breaks, i)
		}
	}
	s.scan(found)
	return found
}

// script goes through source code. It knows texts, comments and regular expressions, so that
// what stands in them is not read as code.
type script struct {
	text   string
	pos    int
	breaks []int  // offsets of line breaks
	before byte   // the last byte of code that is neither space nor comment
	word   string // the word that it ended, or ""
	effort int    // bytes that may still be gone over in trying to read literals
}

func (s *script) line(offset int) int { return sort.SearchInts(s.breaks, offset) + 1 }

func (s *script) scan(found *contents) {
	for s.space(); s.pos < len(s.text); s.space() {
		start := s.pos
		switch c := s.text[start]; {
		case c == '"' || c == '\'' || c == '`':
			if text, ok := s.quoted(); ok {
				found.answers = append(found.answers, textAnswers(text, s.line(start), c == '`')...)
			}
			s.mark('"', "")
		case (c == '{' || c == '[') && s.literal(found):
			s.mark('}', "")
		case c == '/' && s.beginsRegexp():
			s.regexp()
			s.mark('"', "")
		case isWordByte(c):
			s.mark(c, s.name())
		default:
			s.pos = start + 1
			s.mark(c, "")
		}
	}
}

func (s *script) mark(before byte, word string) { s.before, s.word = before, word }

// literal reads the object or list that begins here, if it is one and holds an answer, and
// otherwise stays where it is.
func (s *script) literal(found *contents) bool {
	start := s.pos
	if s.effort <= 0 {
		return false
	}
	l := literal{script: s, lines: map[string]int{}}
	doc, ok := l.value(jsondoc.Root, 0)
	s.effort -= s.pos - start
	if ok {
		f := forms{code: true, line: func(path string) int { return jsondoc.Nearest(l.lines, path) }}
		f.whole(doc)
		found.answers = append(found.answers, f.found...)
		ok = len(f.found) > 0
	}
	if !ok {
		s.pos = start
	}
	return ok
}

// name moves over a word and returns it.
func (s *script) name() string {
	start := s.pos
	for s.pos < len(s.text) && isWordByte(s.text[s.pos]) {
		s.pos++
	}
	return s.text[start:s.pos]
}

// space moves over white space and comments.
func (s *script) space() {
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			s.pos++
		case strings.HasPrefix(rest, "//"):
			s.pos = s.after("\n")
		case strings.HasPrefix(rest, "/*"):
			s.pos += 2
			s.pos = s.after("*/")
		default:
			return
		}
	}
}

// after is the offset behind the next of a text, or the end.
func (s *script) after(mark string) int {
	if at := strings.Index(s.text[s.pos:], mark); at >= 0 {
		return s.pos + at + len(mark)
	}
	return len(s.text)
}

// beginsRegexp reports whether a slash begins a regular expression, and is no division, by what
// stands before.
func (s *script) beginsRegexp() bool {
	if s.word != "" {
		return strings.Contains(" return typeof case in of delete void throw new else do await yield ", " "+s.word+" ")
	}
	return s.before == 0 || strings.IndexByte("(,=:[!&|?{};+-*%<>~^", s.before) >= 0
}

func (s *script) regexp() {
	for class := false; ; {
		s.pos++
		switch {
		case s.pos >= len(s.text) || s.text[s.pos] == '\n':
			return
		case s.text[s.pos] == '\\':
			s.pos++
		case s.text[s.pos] == '[':
			class = true
		case s.text[s.pos] == ']':
			class = false
		case s.text[s.pos] == '/' && !class:
			s.pos++
			return
		}
	}
}

// quoted moves over a text and returns what it says. ok is false for a template with holes,
// which says nothing by itself.
func (s *script) quoted() (text string, ok bool) {
	quote := s.text[s.pos]
	var b strings.Builder
	ok = true
	for s.pos++; s.pos < len(s.text); {
		switch c := s.text[s.pos]; {
		case c == quote:
			s.pos++
			return b.String(), ok
		case c == '\n' && quote != '`':
			return "", false // it does not end: what follows is code again
		case c == '\\':
			s.escape(&b)
		case quote == '`' && strings.HasPrefix(s.text[s.pos:], "${"):
			ok = false
			s.pos += 2
			s.hole()
		default:
			b.WriteByte(c)
			s.pos++
		}
	}
	return "", false
}

// hole moves over the code in a template.
func (s *script) hole() {
	for depth := 1; s.pos < len(s.text) && depth > 0; {
		switch c := s.text[s.pos]; c {
		case '{':
			depth++
			s.pos++
		case '}':
			depth--
			s.pos++
		case '"', '\'', '`':
			s.quoted()
		default:
			s.pos++
		}
	}
}

var simpleEscapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', 'v': '\v', '0': 0}

// escape reads what a backslash begins.
func (s *script) escape(b *strings.Builder) {
	s.pos++
	if s.pos >= len(s.text) {
		return
	}
	c := s.text[s.pos]
	s.pos++
	digits := ""
	switch {
	case c == '\n':
		return // the line goes on
	case c == 'x' && s.pos+2 <= len(s.text):
		digits = s.text[s.pos : s.pos+2]
		s.pos += 2
	case c == 'u' && s.pos < len(s.text) && s.text[s.pos] == '{':
		end := s.after("}")
		digits = strings.TrimSuffix(s.text[s.pos+1:end], "}")
		s.pos = end
	case c == 'u' && s.pos+4 <= len(s.text):
		digits = s.text[s.pos : s.pos+4]
		s.pos += 4
	default:
		if plain, known := simpleEscapes[c]; known {
			c = plain
		}
		b.WriteByte(c)
		return
	}
	r, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || r > utf8.MaxRune {
		r = utf8.RuneError
	}
	b.WriteRune(rune(r))
}

func isWordByte(c byte) bool { return ascii.IsAlnum(c) || c == '_' || c == '$' || c >= utf8.RuneSelf }
