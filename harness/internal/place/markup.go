package place

import (
	"regexp"
	"strings"
)

// A markupReader reads XML and HTML, and numbers the texts and the names in it.
type markupReader struct {
	w            *walker
	texts, names int
}

// readMarkup reads XML and HTML: the texts between tags and the values of attributes, with
// their entities, and the names of elements and attributes.
func readMarkup(w *walker, s string, base int) {
	r, element := markupReader{w: w}, ""
	for i := 0; i < len(s); {
		if s[i] != '<' {
			end := i + indexAny(s[i:], "<")
			r.text(s[i:end], base+i, Leaf{Role: Markup, Name: element})
			i = end
			continue
		}
		end := tagEnd(s, i)
		switch tag := s[i:end]; {
		case strings.HasPrefix(tag, "<!"), strings.HasPrefix(tag, "<?"):
			r.section(tag, base+i, element)
		case strings.HasPrefix(tag, "</"):
			r.name(strings.TrimRight(tag[2:], "> \t\r\n"), base+i+2)
			element = ""
		default:
			element = r.tag(tag, base+i)
		}
		i = end
	}
}

// sections begin and end by these, whatever stands within.
var sections = [...]struct{ open, closing string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}}

// tagEnd finds where a tag, a comment or a section ends.
func tagEnd(s string, i int) int {
	for _, section := range sections {
		if strings.HasPrefix(s[i:], section.open) {
			if k := strings.Index(s[i:], section.closing); k >= 0 {
				return i + k + len(section.closing)
			}
			return len(s)
		}
	}
	for k := i + 1; k < len(s); k++ {
		switch s[k] {
		case '"', '\'':
			k += 1 + indexAny(s[k+1:], s[k:k+1])
		case '>':
			return k + 1
		}
	}
	return len(s)
}

// section reads a comment, a CDATA section, a declaration.
func (r *markupReader) section(s string, base int, element string) {
	r.texts++
	if isDeclaration(s) {
		return
	}
	start, closing := len("<!"), ">"
	for _, section := range sections {
		if strings.HasPrefix(s, section.open) {
			start, closing = len(section.open), section.closing
			break
		}
	}
	text := strings.TrimSuffix(s[start:], closing)
	r.w.in(r.frame(), func() { r.trimmed(text, base+start, Leaf{Role: Markup, Name: element}) })
}

// declarations are what XML and HTML declare, and doctypes of HTML that say which.
var declarations = regexp.MustCompile(`(?i)^<\?xml(\s+(version|encoding|standalone)\s*=\s*["']` +
	`(1\.[01]|utf-?(8|16)|us-ascii|iso-8859-\d+|windows-\d+|yes|no)["'])*\s*\?>$|` +
	`^<!doctype\s+html(\s+public\s+"-//W3C//DTD X?HTML [\w. ]{3,20}//EN"(\s+"http://www\.w3\.org/TR/[\w./-]{1,40}")?)?\s*>$`)

func isDeclaration(s string) bool { return len(s) < 200 && declarations.MatchString(s) }

// frame is that of the last text.
func (r *markupReader) frame() frame { return frame{label: "text", index: r.texts} }

// text reads a text in which characters are written as entities.
func (r *markupReader) text(s string, base int, leaf Leaf) {
	r.texts++
	r.w.in(r.frame(), func() {
		r.w.written(asMarkup, s, base, func(t string, at int) { r.trimmed(t, at, leaf) })
	})
}

// trimmed shows a text without the blanks around it.
func (r *markupReader) trimmed(s string, base int, leaf Leaf) {
	if text := strings.TrimSpace(s); text != "" {
		r.w.value(text, base+strings.Index(s, text), leaf)
	}
}

// name shows the name of an element or an attribute.
func (r *markupReader) name(s string, base int) {
	r.names++
	r.w.in(frame{label: "name", index: r.names}, func() { r.w.show(Leaf{Text: s, Role: MarkupName}, base) })
}

// tag reads the attributes of a tag and returns the element's name.
func (r *markupReader) tag(s string, base int) string {
	const blanks = " \t\r\n"
	skip := func(i int, chars string) int { return len(s) - len(strings.TrimLeft(s[i:], chars)) }
	i := 1 + indexAny(s[1:], blanks+"/>")
	element := s[1:i]
	r.name(element, base+1)
	for i < len(s) {
		start := skip(i, blanks+"/>")
		i = start + indexAny(s[start:], blanks+"=/>")
		name := s[start:i]
		r.name(name, base+start)
		if i = skip(i, blanks); i >= len(s) || s[i] != '=' {
			continue
		}
		i = skip(i+1, blanks)
		ends := blanks + ">"
		if i < len(s) && (s[i] == '"' || s[i] == '\'') {
			ends = s[i : i+1]
			i++
		}
		end := i + indexAny(s[i:], ends)
		r.text(s[i:end], base+i, Leaf{Role: Markup, Name: name, Parent: element})
		i = end + 1
	}
	return element
}
