package cassette

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalars reads texts that end where their line does, and keeps them.
type scalars struct {
	texts   arena
	scratch []byte
}

// line reads a scalar. It is not ok where only yaml.v3 can say what it means.
func (s *scalars) line(value []byte) (text string, ok bool) {
	switch {
	case len(value) == 0:
		return "", false
	case value[0] == '\'':
		return s.singleQuoted(value)
	case value[0] == '"':
		s.scratch, ok = unquote(s.scratch[:0], value)
		return s.texts.keep(s.scratch), ok
	case !plainValue(value):
		return "", false
	}
	return s.texts.keep(value), true
}

func (s *scalars) singleQuoted(value []byte) (text string, ok bool) {
	if len(value) < 2 || value[len(value)-1] != '\'' {
		return "", false
	}
	inner := value[1 : len(value)-1]
	s.scratch = s.scratch[:0]
	for i := bytes.IndexByte(inner, '\''); i >= 0; i = bytes.IndexByte(inner, '\'') {
		if i+1 == len(inner) || inner[i+1] != '\'' {
			return "", false
		}
		s.scratch = append(s.scratch, inner[:i+1]...)
		inner = inner[i+2:]
	}
	s.scratch = append(s.scratch, inner...)
	return s.texts.keep(s.scratch), true
}

// plainValue reports whether a text is a plain scalar that means itself, as the
// value of a string. It says no where a glance is not enough.
func plainValue(text []byte) bool {
	c := text[0]
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= utf8.RuneSelf:
	case c == '/', c == '.', c == '_', c == '+', c == '=', c == '$', c == '(', c == ')', c == ';', c == '^', c == '\\':
	case c == '-' && len(text) > 1 && text[1] != ' ':
	default:
		return false
	}
	last := text[len(text)-1]
	if last == ' ' || last == ':' || bytes.IndexByte(text, '\t') >= 0 {
		return false
	}
	for rest := text; ; {
		i := bytes.IndexByte(rest, ' ')
		if i < 0 {
			break
		}
		if rest[i-1] == ':' || rest[i+1] == '#' {
			return false
		}
		rest = rest[i+1:]
		for rest[0] == ' ' { // the last byte is none
			if rest[1] == '#' {
				return false
			}
			rest = rest[1:]
		}
	}
	return string(text) != "null" && string(text) != "Null" && string(text) != "NULL"
}

// escapes are the meanings of escapes of one character, codes how many hexadecimal digits
// follow others.
var (
	escapes = [128]string{
		'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
		' ': " ", '"': `"`, '\'': "'", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
	}
	codes = [128]int{'x': 2, 'u': 4, 'U': 8}
)

// unquote appends the meaning of a double-quoted scalar of one line to dst.
func unquote(dst, value []byte) ([]byte, bool) {
	rest := value[1:]
	for {
		i := bytes.IndexAny(rest, `"\`)
		if i < 0 {
			return nil, false
		}
		dst = append(dst, rest[:i]...)
		if rest[i] == '"' {
			return dst, i == len(rest)-1
		}
		rest = rest[i+1:]
		if len(rest) == 0 {
			return nil, false
		}
		c := rest[0]
		if c >= utf8.RuneSelf {
			return nil, false
		}
		if escapes[c] != "" {
			dst, rest = append(dst, escapes[c]...), rest[1:]
			continue
		}
		size := codes[c]
		if size == 0 || len(rest) <= size {
			return nil, false
		}
		code, err := strconv.ParseUint(string(rest[1:1+size]), 16, 32)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return nil, false
		}
		dst, rest = utf8.AppendRune(dst, rune(code)), rest[1+size:]
	}
}

// parse reads what writer.mark writes: the holes and the sum, who asked, and whether the
// body is indented.
func (m *mark) parse(text string) (principal string, indented, ok bool) {
	rest, ok := strings.CutPrefix(text, "{")
	more := ok
	for _, key := range markKeys {
		after, has := strings.CutPrefix(rest, key+": ")
		if !has || !more {
			continue
		}
		good := true
		switch key {
		case "body":
			after, indented = strings.CutPrefix(after, "indented")
			good = indented
		case "principal":
			principal, after, good = quotedFirst(after)
		case "holes":
			m.holes, after, good = quotedList(after)
		case "sum":
			m.sum, after, good = quotedFirst(after)
		}
		ok = ok && good
		rest, more = strings.CutPrefix(after, ", ")
	}
	return principal, indented, ok && !more && rest == "}"
}

// quotedList reads the list of double-quoted scalars that a text begins with.
func quotedList(text string) (values []string, rest string, ok bool) {
	rest, ok = strings.CutPrefix(text, "[")
	for more := ok; more && ok; rest, more = strings.CutPrefix(rest, ", ") {
		var value string
		value, rest, ok = quotedFirst(rest)
		values = append(values, value)
	}
	rest, closed := strings.CutPrefix(rest, "]")
	return values, rest, ok && closed
}

// quotedFirst reads the double-quoted scalar that a text begins with.
func quotedFirst(text string) (value, rest string, ok bool) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil || quoted[0] != '"' {
		return "", "", false
	}
	value, rest = quoted[1:len(quoted)-1], text[len(quoted):]
	if !strings.Contains(value, `\`) {
		return value, rest, true
	}
	meaning, ok := unquote(nil, []byte(quoted))
	return string(meaning), rest, ok
}

// arena cuts many short strings from few allocations.
type arena struct{ chunk strings.Builder }

const (
	arenaChunk = 256 << 10
	arenaLimit = 16 << 10 // a longer string gets an allocation of its own
)

// keep returns the text as a string.
func (a *arena) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if len(text) > arenaLimit {
		return string(text)
	}
	if a.chunk.Cap()-a.chunk.Len() < len(text) {
		a.chunk.Reset()
		a.chunk.Grow(arenaChunk)
	}
	first := a.chunk.Len()
	a.chunk.Write(text)
	return a.chunk.String()[first:]
}
