package docs

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

func isQuote(r rune) bool { return strings.ContainsRune("\"'“”‘’`„", r) }

// string reads a text in whatever quotation marks. One that does not end before its
// line does ends there, if the next line goes on as JSON does.
func (m *mender) string() error {
	opened := m.peek()
	if opened != '"' {
		m.fix("other quotation marks")
	}
	m.skip()
	if opened == '"' && m.peek() == '"' && len(m.text) > m.pos+1 && isWordStart(m.text[m.pos+1:]) {
		m.fix("a quotation mark too many")
		m.pos++
	}
	var value strings.Builder
	for {
		r := m.peek()
		switch {
		case r == -1:
			return m.fault("a text does not end")
		case closesQuote(opened, r):
			if r != '"' && opened == '"' {
				m.fix("other quotation marks")
			}
			m.skip()
			m.quote(value.String())
			return nil
		case r == '\n' && m.goesOn():
			m.fix("a missing quotation mark")
			text := strings.TrimRight(value.String(), " \t\r")
			m.quote(strings.TrimSuffix(text, ","))
			return nil
		case r == '\\':
			m.escape(&value)
		case r < ' ':
			m.fix("a raw line break or tab in a text")
			value.WriteRune(r)
			m.skip()
		default:
			value.WriteRune(r)
			m.skip()
		}
	}
}

func isWordStart(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// closesQuote pairs quotation marks. A straight one may be closed by a curly one
// (autocorrection), which is rare enough inside texts only at their ends.
func closesQuote(opened, r rune) bool {
	switch opened {
	case '"':
		return r == '"'
	case '“', '”', '„':
		return r == '”' || r == '“' || r == '"'
	case '‘', '’':
		return r == '’' || r == '‘' || r == '\''
	}
	return r == opened
}

// goesOn reports whether the next line begins as a member or the end of a container.
func (c *cursor) goesOn() bool {
	next := strings.TrimLeft(c.text[c.pos:min(len(c.text), c.pos+500)], " \t\r\n")
	line := next[:lineEnd(next)]
	if strings.HasPrefix(line, "}") || strings.HasPrefix(line, "]") {
		return true
	}
	name, _, ok := strings.Cut(strings.TrimPrefix(line, `"`), `"`)
	return ok && strings.HasPrefix(line, `"`) && len(name) < 200 && strings.HasPrefix(strings.TrimLeft(line[len(name)+2:], " "), ":")
}

func (c *cursor) escape(value *strings.Builder) {
	rest := c.text[c.pos:]
	for _, size := range []int{12, 6, 2} { // a surrogate pair, a code unit, a letter
		var text string
		if size > len(rest) || json.Unmarshal([]byte(`"`+rest[:size]+`"`), &text) != nil {
			continue
		}
		if utf8.RuneCountInString(text) == 1 {
			value.WriteString(text)
			c.pos += size
			return
		}
	}
	c.fix("a backslash that escapes nothing")
	value.WriteByte('\\')
	c.pos++
}

// word reads true, null, a number, or anything else without quotation marks: that
// becomes a text.
func (m *mender) word() error {
	rest := m.text[m.pos:]
	end := strings.IndexAny(rest, ",}]\n\r")
	switch {
	case strings.HasPrefix(rest, "@{"):
		end = strings.IndexByte(rest, '}') + 1
	case strings.HasPrefix(rest, "<"):
		end = strings.IndexAny(rest, ",]\n\r")
	}
	if end <= 0 {
		end = len(rest)
	}
	word := rest[:end]
	if before, _, ok := strings.Cut(word, "//"); ok && !strings.HasSuffix(before, ":") {
		word = before
	}
	word = strings.TrimRightFunc(word, unicode.IsSpace)
	if word == "" {
		return m.fault("a value is missing")
	}
	if strings.ContainsAny(word, "\"{[") && !strings.HasPrefix(word, "@{") {
		return m.fault("a value is neither text nor number")
	}
	m.pos += len(word)
	switch lower := strings.ToLower(word); {
	case json.Valid([]byte(word)):
		m.out.WriteString(word)
	case lower == "true" || lower == "false" || lower == "null":
		m.fix("a capital letter in true, false or null")
		m.out.WriteString(lower)
	default:
		m.fix("a value without quotes")
		m.quote(word)
	}
	return nil
}

// quote writes a text as JSON does.
func (m *mender) quote(text string) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string: it cannot fail
	m.out.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
