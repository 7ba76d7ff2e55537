package docs

import (
	"slices"
	"strings"
)

type fence struct {
	line       int
	info       string // its language, in lower case
	text       string // without the fences
	annotation *annotation
	section    string   // the nearest heading
	path       []string // all headings above, in lower case
	lead       bool     // no heading lies between it and the block before
	template   bool     // it stands for all requests of its kind, and is no example
	included   bool     // from another file
}

// scanner goes through a page once and hands what it finds to a reader.
type scanner struct {
	text    string
	pos     int
	line    int  // of pos
	pinned  bool // the text is included at that line
	endless bool // no comment that begins from here on ends
	to      *reader
}

// peek is the rest of the line at hand, without its end.
func (s *scanner) peek() (line string, ok bool) {
	if s.pos >= len(s.text) {
		return "", false
	}
	line, _, _ = strings.Cut(s.text[s.pos:], "\n")
	return strings.TrimSuffix(line, "\r"), true
}

func (s *scanner) next() {
	if i := strings.IndexByte(s.text[s.pos:], '\n'); i >= 0 {
		s.pos += i + 1
		if !s.pinned {
			s.line++
		}
		return
	}
	s.pos = len(s.text)
}

func (s *scanner) scan() error {
	s.frontMatter()
	for {
		line, ok := s.peek()
		if !ok {
			return nil
		}
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "":
			s.next()
		case strings.HasPrefix(trimmed, "<!--"):
			s.comment()
		case markerOf(line).width > 0:
			if err := s.fence(); err != nil {
				return err
			}
		case headingLevel(trimmed) > 0:
			s.to.heading(headingLevel(trimmed), strings.TrimSpace(strings.Trim(trimmed, "#")))
			s.next()
		case strings.HasPrefix(trimmed, "|"), isTableHead(trimmed):
			s.table()
		default:
			s.paragraph()
		}
	}
}

// frontMatter reads the title out of the YAML at the top.
func (s *scanner) frontMatter() {
	if line, _ := s.peek(); strings.TrimSpace(line) != "---" {
		return
	}
	start := *s
	for s.next(); ; s.next() {
		line, ok := s.peek()
		if !ok { // no front matter after all
			*s = start
			s.next()
			return
		}
		if strings.TrimSpace(line) == "---" {
			s.next()
			return
		}
		if title, ok := strings.CutPrefix(line, "title:"); ok && !s.pinned {
			s.to.page.Title = strings.Trim(strings.TrimSpace(title), `"'`)
		}
	}
}

// comment reads a comment. One with an annotation ends at a fence at the latest:
// its end was forgotten then. One that never ends is a line of text.
func (s *scanner) comment() {
	start := *s
	for {
		line, ok := s.peek()
		if !ok || s.endless {
			*s = start
			s.endless = true
			s.next()
			return
		}
		if end := strings.Index(line, "-->"); end >= 0 {
			s.pos += end + len("-->")
			s.to.comment(start.line, s.text[start.pos:s.pos-len("-->")])
			return
		}
		if body := s.text[start.pos:s.pos]; markerOf(line).width > 0 && strings.Contains(body[:min(len(body), 4096)], "blockType") {
			s.to.page.minor(Repaired, start.line, "the annotation's comment is not closed")
			s.to.comment(start.line, body)
			return
		}
		s.next()
	}
}

// marker is what opens or closes a fence.
type marker struct {
	char   byte
	width  int
	indent int    // columns before it
	quote  string // ">" in a quotation
	info   string
}

func markerOf(line string) marker {
	var m marker
	rest := strings.TrimLeft(line, " \t")
	if quoted, ok := strings.CutPrefix(rest, ">"); ok {
		m.quote, rest = ">", strings.TrimLeft(quoted, " \t")
	}
	m.indent = len(line) - len(rest) - len(m.quote)
	if rest == "" || rest[0] != '`' && rest[0] != '~' {
		return marker{}
	}
	width := len(rest) - len(strings.TrimLeft(rest, rest[:1]))
	info := strings.TrimSpace(rest[width:])
	if width < 3 || rest[0] == '`' && strings.Contains(info, "`") {
		return marker{}
	}
	m.char, m.width, m.info = rest[0], width, info
	return m
}

func (m marker) closes(open marker) bool {
	return m.width >= open.width && m.char == open.char && m.info == ""
}

// fence reads a fenced block. One that is not closed ends where another opens, or at
// the first heading or comment.
func (s *scanner) fence() error {
	line, _ := s.peek()
	open := markerOf(line)
	f := fence{line: s.line, info: language(open.info)}
	s.next()
	start := *s
	var fallback *scanner // where a block without an end ends
	for {
		line, ok := s.peek()
		m := markerOf(line)
		if m.closes(open) {
			break
		}
		if !ok || m.width >= open.width && m.char == open.char && isLanguage(m.info) {
			s.to.page.note(Repaired, f.line, "the block is not closed")
			if !ok && fallback != nil {
				*s = *fallback
			}
			break
		}
		if fallback == nil && (headingLevel(line) > 0 || strings.HasPrefix(line, "<!--")) {
			here := *s
			fallback = &here
		}
		s.next()
	}
	f.text = content(s.text[start.pos:s.pos], open)
	if line, _ := s.peek(); markerOf(line).closes(open) {
		s.next()
	}
	return s.to.fence(f)
}

// content is a block's text without the indentation and quotation of its fence.
func content(text string, open marker) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if open.indent == 0 && open.quote == "" {
		return text
	}
	var b strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		if open.quote != "" {
			line = strings.TrimPrefix(strings.TrimPrefix(strings.TrimLeft(line, " \t"), ">"), " ")
		} else {
			line = line[min(open.indent, len(line)-len(strings.TrimLeft(line, " \t"))):]
		}
		b.WriteString(line)
	}
	return b.String()
}

func language(info string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(info, "{. "), " ")
	return strings.ToLower(strings.TrimRight(word, "}"))
}

// isLanguage distinguishes what opens a block from text that happens to begin so.
func isLanguage(info string) bool {
	return slices.Contains(languages, language(info))
}

var languages = strings.Fields("http json msgraph-interactive csharp javascript java objc go powershell xml html php python")

func headingLevel(line string) int {
	level := len(line) - len(strings.TrimLeft(line, "#"))
	if level > 6 || level == len(line) || line[level] != ' ' && line[level] != '\t' {
		return 0
	}
	return level
}

// isTableHead recognises a table's first row without bars at its ends.
func isTableHead(line string) bool {
	return strings.Contains(line, "|") && strings.HasPrefix(strings.ToLower(line), "permission type")
}

func (s *scanner) table() {
	start := s.line
	var rows []string
	for {
		line, ok := s.peek()
		if !ok || !strings.Contains(line, "|") || markerOf(line).width > 0 {
			break
		}
		if len(rows) < 1000 {
			rows = append(rows, line)
		}
		s.next()
	}
	s.to.table(start, rows)
}

func (s *scanner) paragraph() {
	start, line := s.pos, s.line
	for {
		s.next()
		next, ok := s.peek()
		trimmed := strings.TrimSpace(next)
		if !ok || trimmed == "" || strings.HasPrefix(trimmed, "<!--") || markerOf(next).width > 0 ||
			headingLevel(trimmed) > 0 || strings.HasPrefix(trimmed, "|") || isTableHead(trimmed) {
			break
		}
	}
	s.to.paragraph(line, s.text[start:s.pos])
}
