package cassette

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// scalar writes a text on the rest of a line, in the style that is easiest to read
// and that brings every byte back.
func (w *writer) scalar(text string) {
	if plain(text) {
		w.key(0, text)
	} else {
		w.quoted(text)
	}
	w.out = append(w.out, '\n')
}

// text writes a text on the rest of a line, or as a literal block if it has more than one
// line and survives in that.
func (w *writer) text(text string) {
	if !strings.Contains(text, "\n") || !blockSafe(text) {
		w.scalar(text)
		return
	}
	core := strings.TrimRight(text, "\n")
	switch len(text) - len(core) {
	case 0:
		w.line(0, "|-")
	case 1:
		w.line(0, "|")
	default:
		w.line(0, "|+")
	}
	for line := range strings.Lines(text) {
		if line != "\n" {
			w.key(blockIndent, "")
		}
		w.key(0, line)
	}
	if len(core) == len(text) {
		w.line(0, "")
	}
}

// blockIndent is how deep the lines of a body's literal block are indented.
const blockIndent = 8

// blockSafe reports whether a text survives in a literal block as it stands. The
// block's first line sets its indentation, so it may not begin with a blank, and
// nothing in a block can be escaped.
func blockSafe(text string) bool {
	if text == "" || strings.IndexByte(" \t\n", text[0]) >= 0 {
		return false
	}
	for rest := text; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		if !regular([]byte(line)) {
			return false
		}
		rest = after
	}
	return true
}

// quoted writes a text in quotes, single ones where nothing needs an escape and it could not be
// read as a number or the like.
func (w *writer) quoted(text string) {
	if text == "" || text[0] >= '0' && text[0] <= '9' || strings.IndexByte(text, '\t') >= 0 || !regular([]byte(text)) || word(text) {
		w.doubleQuoted(text)
		return
	}
	w.key(0, "'")
	w.key(0, strings.ReplaceAll(text, "'", "''"))
	w.key(0, "'")
}

// doubleQuoted writes a text in double quotes with YAML's escapes, in base64 where it is not
// UTF-8.
func (w *writer) doubleQuoted(text string) {
	if !utf8.ValidString(text) {
		w.key(0, "!!binary ")
		w.out = base64.StdEncoding.AppendEncode(w.out, []byte(text))
		return
	}
	w.out = append(w.out, '"')
	for len(text) > 0 {
		itself := 0
		for itself < len(text) && text[itself] >= ' ' && text[itself] < 0x7F && text[itself] != '"' && text[itself] != '\\' {
			itself++
		}
		if w.out, text = append(w.out, text[:itself]...), text[itself:]; text == "" {
			break
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case r == '"', r == '\\':
			w.out = append(w.out, '\\', byte(r))
		case r == '\n':
			w.key(0, `\n`)
		case r == '\t':
			w.key(0, `\t`)
		case r == '\r':
			w.key(0, `\r`)
		case specialRune(r):
			w.out = fmt.Appendf(w.out, `\u%04X`, r)
		default:
			w.out = utf8.AppendRune(w.out, r)
		}
	}
	w.out = append(w.out, '"')
}

// plain reports whether a text needs no quotes: YAML reads it as a string that
// means itself. Where in doubt it says no.
func plain(text string) bool {
	if text == "" || !regular([]byte(text)) || !plainValue([]byte(text)) || word(text) {
		return false
	}
	switch c := text[0]; {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '/':
		return true
	case c >= '0' && c <= '9':
		return notNumber(text)
	}
	return false
}

// notNumber reports whether a text that begins with a digit can be no number, date
// or time in any YAML.
func notNumber(text string) bool {
	for i := range len(text) {
		c := text[i]
		switch {
		case strings.IndexByte("ghjklmqruvw", c|0x20) >= 0:
			return true
		case c == '-' && i != 4 && text[i-1] != 'e' && text[i-1] != 'E':
			return true
		}
	}
	return false
}

// word reports whether YAML 1.1 or 1.2 reads a word as something other than a string.
func word(text string) bool {
	return len(text) <= len("false") && slices.Contains(words, strings.ToLower(text))
}

var words = []string{"null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".nan", ".inf", "+.inf", "-.inf"}

// plainKey reports whether a key needs no quotes.
func plainKey(name string) bool {
	if name == "" || len(name) > longKey || word(name) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '_'):
		default:
			return false
		}
	}
	return true
}
