package visible

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text returns s with everything that could steer a terminal or hide in a
// text (control characters, escape sequences, directional marks, bytes that are
// no UTF-8) written as an escape. Line breaks become \n.
func Text(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// Lines splits text at its line breaks and makes each line visible, so that a
// longer message can be set as a block.
func Lines(text string) []string {
	split := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range split {
		split[i] = Text(split[i])
	}
	return split
}

// Clip shortens a visible text to n characters and says how many are left out.
func Clip(s string, n int) string {
	runes := []rune(s)
	if n <= 0 || len(runes) <= n {
		return s
	}
	return string(runes[:n]) + "… (" + strconv.Itoa(len(runes)-n) + " more characters)"
}

// plainName is a member's name that needs no quotes in a path.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Path is a normalized path (RFC 9535) as people write it: $.value[0].id for
// $['value'][0]['id'].
func Path(path string) string {
	at := strings.Index(path, "$[")
	if at < 0 {
		return path
	}
	var b strings.Builder
	if b.WriteString(path[:at]); at > 0 && path[at-1] != ' ' && path[at-1] != '.' { // of a request: request $.id
		b.WriteByte(' ')
	}
	b.WriteByte('$')
	rest := path[at+1:]
	for strings.HasPrefix(rest, "['") {
		end := strings.Index(rest, "']")
		if end < 0 || !plainName.MatchString(rest[2:end]) {
			end = endOfStep(rest)
			b.WriteString(rest[:end])
			rest = rest[end:]
		} else {
			b.WriteString("." + rest[2:end])
			rest = rest[end+2:]
		}
		for strings.HasPrefix(rest, "[") && !strings.HasPrefix(rest, "['") {
			end := endOfStep(rest)
			b.WriteString(rest[:end])
			rest = rest[end:]
		}
	}
	return b.String() + rest
}

// endOfStep is where the first step of a path ends, quotes heeded.
func endOfStep(path string) int {
	quoted := false
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && quoted:
			i++
		case path[i] == '\'':
			quoted = !quoted
		case path[i] == ']' && !quoted:
			return i + 1
		}
	}
	return len(path)
}
