package place

import (
	"html"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// isMarkup reports whether a text is XML or HTML.
func isMarkup(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n\ufeff")
	if len(s) < 4 || s[0] != '<' || !ascii.IsLetter(s[1]) && s[1] != '?' && s[1] != '!' {
		return false
	}
	return strings.IndexByte(s, '>') > 0
}

// A markupCount numbers the texts and the names that were read.
type markupCount struct{ texts, names int }

func (n *markupCount) text() frame {
	n.texts++
	return frame{label: "text", index: n.texts}
}

// A markupReader reads XML and HTML.
type markupReader struct{ *walker }

// markup reads XML and HTML: the texts between tags and the values of attributes, with
// their entities, and the names of elements and attributes.
func (w markupReader) markup(s string, base int) {
	element, n := "", markupCount{}
	for i := 0; i < len(s); {
		if s[i] != '<' {
			end := i + indexAny(s[i:], "<")
			w.push(n.text())
			w.entities(s[i:end], base+i, Leaf{Role: Markup, Name: element})
			w.pop()
			i = end
			continue
		}
		end := tagEnd(s, i)
		tag := s[i:end]
		switch {
		case strings.HasPrefix(tag, "<!--"), strings.HasPrefix(tag, "<![CDATA["), strings.HasPrefix(tag, "<!"), strings.HasPrefix(tag, "<?"):
			w.push(n.text())
			w.section(tag, base+i, element)
			w.pop()
		case strings.HasPrefix(tag, "</"):
			w.tagName(strings.TrimRight(tag[2:], "> \t\r\n"), base+i+2, &n)
			element = ""
		default:
			element = w.tag(tag, base+i, &n)
		}
		i = end
	}
}

// tagEnd finds where a tag, a comment or a section ends.
func tagEnd(s string, i int) int {
	for open, closing := range map[string]string{"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"} {
		if strings.HasPrefix(s[i:], open) {
			if k := strings.Index(s[i:], closing); k >= 0 {
				return i + k + len(closing)
			}
			return len(s)
		}
	}
	quote := byte(0)
	for k := i + 1; k < len(s); k++ {
		switch c := s[k]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return k + 1
		}
	}
	return len(s)
}

// section reads a comment, a CDATA section, a declaration.
func (w markupReader) section(s string, base int, element string) {
	start, end := 2, len(s)
	switch {
	case strings.HasPrefix(s, "<!--"):
		start, end = 4, max(4, len(s)-3)
	case strings.HasPrefix(s, "<![CDATA["):
		start, end = 9, max(9, len(s)-3)
	case strings.HasPrefix(s, "<?xml"), strings.HasPrefix(strings.ToLower(s), "<!doctype html"):
		return
	}
	if start < end && end <= len(s) {
		w.trimmed(s[start:end], base+start, Leaf{Role: Markup, Name: element})
	}
}

// trimmed shows a text without the blanks around it.
func (w markupReader) trimmed(s string, base int, leaf Leaf) {
	text := strings.TrimSpace(s)
	if text == "" {
		return
	}
	w.value(text, base+strings.Index(s, text), leaf)
}

// entities reads a text in which characters are written as entities.
func (w markupReader) entities(s string, base int, leaf Leaf) {
	if strings.IndexByte(s, '&') < 0 || w.depth >= mostDepth {
		w.spelled(asMarkup, func() { w.trimmed(s, base, leaf) })
		return
	}
	w.through(withoutEntities(s), base, func(t string) { w.trimmed(t, 0, leaf) })
}

// withoutEntities decodes the entities of HTML.
func withoutEntities(raw string) *view {
	b := make([]byte, 0, len(raw))
	v := &view{spelling: asMarkup, raw: raw, at: make([]int32, 0, len(raw)+1)}
	for i := 0; i < len(raw); {
		end := i + 1
		text := raw[i:end]
		if raw[i] == '&' {
			if k := strings.IndexByte(raw[i:min(len(raw), i+40)], ';'); k > 0 {
				if plain := html.UnescapeString(raw[i : i+k+1]); plain != raw[i:i+k+1] {
					text, end = plain, i+k+1
				}
			}
		}
		for range len(text) {
			v.at = append(v.at, int32(i))
		}
		b = append(b, text...)
		i = end
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

// tagName shows the name of an element or an attribute.
func (w markupReader) tagName(s string, base int, n *markupCount) {
	n.names++
	w.push(frame{label: "name", index: n.names})
	w.show(Leaf{Text: s, Role: MarkupName}, base)
	w.pop()
}

// tag reads the attributes of a tag and returns the element's name.
func (w markupReader) tag(s string, base int, n *markupCount) string {
	i := 1
	for i < len(s) && strings.IndexByte(" \t\r\n/>", s[i]) < 0 {
		i++
	}
	element := s[1:i]
	w.tagName(element, base+1, n)
	for i < len(s) {
		for i < len(s) && strings.IndexByte(" \t\r\n/>", s[i]) >= 0 {
			i++
		}
		start := i
		for i < len(s) && strings.IndexByte(" \t\r\n=/>", s[i]) < 0 {
			i++
		}
		name := s[start:i]
		w.tagName(name, base+start, n)
		for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
			i++
		}
		if i >= len(s) || s[i] != '=' {
			continue
		}
		i++
		for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
			i++
		}
		end := i
		if i < len(s) && (s[i] == '"' || s[i] == '\'') {
			i++
			end = i + indexAny(s[i:], string(s[i-1]))
		} else {
			end = i + indexAny(s[i:], " \t\r\n>")
		}
		w.push(n.text())
		w.entities(s[i:end], base+i, Leaf{Role: Markup, Name: name, Parent: element})
		w.pop()
		i = end + 1
	}
	return element
}
