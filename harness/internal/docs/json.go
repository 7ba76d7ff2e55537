package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A repair is one kind of thing that was put right in a body.
type repair struct {
	what  string
	line  int // of the first, from 0
	times int
}

type repairs []repair

// text says what was repaired; first is the line of the file that the body's first
// line is.
func (all repairs) text(first int) string {
	var said []string
	for _, r := range all {
		what := r.what
		if r.times > 1 {
			what = fmt.Sprintf("%s (%d times)", what, r.times)
		}
		said = append(said, fmt.Sprintf("%s, line %d", what, first+r.line))
	}
	if said == nil {
		return ""
	}
	return ": " + strings.Join(said, "; ")
}

// Mend makes strict JSON of a text that somebody wrote as JSON, and says what it put right by
// the lines of the text. ok is false where that cannot be done, or where something else follows.
func Mend(text string) (mended, repaired string, ok bool) {
	mended, fixed, rest, err := mendJSON(text)
	if err != nil || strings.TrimSpace(rest) != "" {
		return "", "", false
	}
	return mended, strings.TrimPrefix(fixed.text(1), ": "), true
}

// maxDepth is how deep a value may be nested.
const maxDepth = 200

// mendJSON reads the JSON value that a text begins with, as people write it in
// documentation. It returns strict JSON, what it put right and what follows the
// value. A value that is strict and all there is comes back as it stands.
func mendJSON(text string) (mended string, fixed repairs, rest string, err error) {
	if json.Valid([]byte(text)) {
		return text, nil, "", nil
	}
	m := &mender{cursor: cursor{text: text}}
	m.space()
	if r := m.peek(); r == '"' || r == '“' {
		err = m.bareObject()
	} else {
		err = m.value(0)
	}
	if err != nil {
		return "", nil, "", err
	}
	m.space()
	for m.peek() == '}' || m.peek() == ']' {
		m.fix("a bracket too many")
		m.pos++
		m.space()
	}
	var out bytes.Buffer
	if err := json.Indent(&out, m.out.Bytes(), "", "  "); err != nil {
		return "", nil, "", err
	}
	return out.String(), m.fixed, text[m.pos:], nil
}

// mender is one repair under way: a parser that forgives.
type mender struct {
	cursor
	out  bytes.Buffer
	open []byte // brackets that are open
}

// cursor is a place in the text that is repaired, and what was put right before it.
type cursor struct {
	text  string
	pos   int
	fixed repairs
	lines int // line breaks before counted
	upTo  int // where they were counted to
}

func (c *cursor) line() int {
	if c.pos > c.upTo {
		c.lines += strings.Count(c.text[c.upTo:c.pos], "\n")
		c.upTo = c.pos
	}
	return c.lines
}

func (c *cursor) fix(what string) { c.fixAt(what, c.line()) }

func (c *cursor) fixAt(what string, line int) {
	for i := range c.fixed {
		if c.fixed[i].what == what {
			c.fixed[i].times++
			return
		}
	}
	c.fixed = append(c.fixed, repair{what, line, 1})
}

func (c *cursor) fault(message string) error {
	return fmt.Errorf("%s in its line %d", message, c.line()+1)
}

func (c *cursor) peek() rune {
	r, size := utf8.DecodeRuneInString(c.text[c.pos:])
	if size == 0 {
		return -1
	}
	return r
}

func (c *cursor) skip() { _, size := utf8.DecodeRuneInString(c.text[c.pos:]); c.pos += size }

// space passes over white space, comments and ellipses.
func (c *cursor) space() {
	for c.pos < len(c.text) {
		rest := c.text[c.pos:]
		r := c.peek()
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r':
			c.pos++
		case unicode.IsSpace(r), r == '\ufeff', r == '\u200b':
			c.fix("unusual white space")
			c.skip()
		case strings.HasPrefix(rest, "//"):
			c.fix("a comment")
			c.pos += lineEnd(rest)
		case strings.HasPrefix(rest, "/*") && strings.Contains(rest, "*/"):
			c.fix("a comment")
			c.pos += strings.Index(rest, "*/") + 2
		case strings.HasPrefix(rest, "..."):
			c.fix("an ellipsis")
			c.pos += len(rest) - len(strings.TrimLeft(rest, "."))
		case r == '…':
			c.fix("an ellipsis")
			c.skip()
		default:
			return
		}
	}
}

func lineEnd(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

func (m *mender) value(depth int) error {
	if depth > maxDepth {
		return m.fault("it is nested too deeply")
	}
	switch r := m.peek(); {
	case r == '{':
		return m.object(depth)
	case r == '[':
		return m.array(depth)
	case isQuote(r):
		return m.string()
	case r == -1:
		return m.fault("a value is missing")
	}
	return m.word()
}

// bareObject is an object whose braces were forgotten, or a text.
func (m *mender) bareObject() error {
	probe := *m
	probe.out = bytes.Buffer{}
	if err := probe.string(); err != nil {
		return err
	}
	if probe.space(); probe.peek() != ':' {
		return m.string()
	}
	m.fix("a missing brace")
	m.out.WriteByte('{')
	m.open = append(m.open, '}')
	return m.members(0)
}

func (m *mender) object(depth int) error {
	if name := placeholder(m.text[m.pos:]); name != "" {
		m.fix("a placeholder without quotes")
		m.pos += len(name)
		m.quote(name)
		return nil
	}
	m.pos++
	m.out.WriteByte('{')
	m.open = append(m.open, '}')
	return m.members(depth)
}

// placeholder is "{item-id}" at the start of a text.
func placeholder(text string) string {
	end := strings.IndexAny(text[1:], "{}\"'\n:,[]")
	if end < 1 || text[1+end] != '}' || strings.TrimSpace(text[1:1+end]) == "" || strings.Contains(text[:end], "...") || strings.Contains(text[:end], "…") {
		return ""
	}
	return text[:end+2]
}

func (m *mender) members(depth int) error {
	for n := 0; ; n++ {
		if done := m.separator('}', n); done {
			return nil
		}
		if err := m.name(); err != nil {
			return err
		}
		if m.space(); m.peek() == ':' {
			m.pos++
		} else if r := m.peek(); isQuote(r) || r == '{' || r == '[' {
			m.fix("a missing colon")
		} else {
			return m.fault("a name has no value")
		}
		m.out.WriteByte(':')
		if m.space(); m.peek() == ',' || m.peek() == '}' || m.peek() == -1 {
			m.fix("a missing value, which became null")
			m.out.WriteString("null")
			continue
		}
		if err := m.value(depth + 1); err != nil {
			return err
		}
	}
}

func (m *mender) array(depth int) error {
	m.pos++
	m.out.WriteByte('[')
	m.open = append(m.open, ']')
	for n := 0; ; n++ {
		if done := m.separator(']', n); done {
			return nil
		}
		if err := m.value(depth + 1); err != nil {
			return err
		}
	}
}

// separator passes over commas, and over the closing bracket when it is there: then
// the container is done.
func (m *mender) separator(closing byte, n int) (done bool) {
	commas, line := 0, 0
	for m.space(); m.peek() == ','; m.space() {
		commas++
		line = m.line()
		m.pos++
	}
	if r := m.peek(); r == -1 || r == '}' || r == ']' {
		if commas > 0 {
			m.fixAt("a trailing comma", line)
		}
		m.close(closing)
		return true
	}
	switch {
	case n == 0 && commas > 0, commas > 1:
		m.fix("a comma too many")
	case n > 0 && commas == 0:
		m.fix("a missing comma")
	}
	if n > 0 {
		m.out.WriteByte(',')
	}
	return false
}

// close reads the bracket at hand as the container's, unless it must be that of an
// outer one.
func (m *mender) close(closing byte) {
	m.out.WriteByte(closing)
	m.open = m.open[:len(m.open)-1]
	switch r := m.peek(); {
	case r == rune(closing):
		m.pos++
	case r != -1 && !bytes.ContainsRune(m.open, r):
		m.fix("a wrong bracket")
		m.pos++
	default:
		m.fix("a missing bracket")
	}
}

func (m *mender) name() error {
	if isQuote(m.peek()) {
		return m.string()
	}
	rest := m.text[m.pos:]
	end := strings.IndexFunc(rest, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.@$", r)
	})
	if end <= 0 {
		return m.fault("a name is missing")
	}
	m.fix("a name without quotes")
	m.quote(rest[:end])
	m.pos += end
	return nil
}
