package place

import (
	"regexp"
	"slices"
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
	for i, end := 0, 0; i < len(s); i = end {
		switch rest := s[i:]; {
		case rest[0] != '<':
			end = i + indexAny(rest, "<")
			r.text(s[i:end], asMarkup, base+i, Leaf{Role: Markup, Name: element})
		case rest[1:] != "" && (rest[1] == '!' || rest[1] == '?'):
			end = i + r.section(rest, base+i, element)
		case strings.HasPrefix(rest, "</"):
			end = i + indexAny(rest, ">")
			r.name(strings.TrimRight(s[i+2:end], blanks), base+i+2)
			end, element = min(end+1, len(s)), ""
		default:
			element, end = r.tag(s, i, base)
		}
	}
}

// sections begin and end by these, whatever stands within.
var sections = [...]struct{ open, closing string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}}

// section reads the comment, CDATA section or declaration that a text begins with, and returns
// its length.
func (r *markupReader) section(s string, base int, element string) int {
	k := slices.IndexFunc(sections[:], func(of struct{ open, closing string }) bool { return strings.HasPrefix(s, of.open) })
	start, closing := len(sections[k].open), sections[k].closing
	text, _, _ := strings.Cut(s[start:], closing)
	size := min(start+len(text)+len(closing), len(s))
	if declarations.MatchString(s[:size]) {
		text = ""
	}
	r.text(text, asIs, base+start, Leaf{Role: Markup, Name: element})
	return size
}

// declarations are what XML and HTML declare, and doctypes of HTML that say which.
var declarations = regexp.MustCompile(`(?i)^<\?xml(\s+(version|encoding|standalone)\s*=\s*["']` +
	`(1\.[01]|utf-?(8|16)|us-ascii|iso-8859-\d+|windows-\d+|yes|no)["'])*\s*\?>$|` +
	`^<!doctype\s+html(\s+public\s+"-//W3C//DTD X?HTML [\w. ]{3,20}//EN"(\s+"http://www\.w3\.org/TR/[\w./-]{1,40}")?)?\s*>$`)

// text reads a text that is spelled so, without the blanks around it.
func (r *markupReader) text(s string, how *spelling, base int, leaf Leaf) {
	r.texts++
	r.w.in(frame{label: "text", index: r.texts}, func() {
		r.w.written(how, s, base, func(t string, at int) {
			text := strings.TrimSpace(t)
			r.w.value(text, at+strings.Index(t, text), leaf)
		})
	})
}

// name shows the name of an element or an attribute.
func (r *markupReader) name(s string, base int) {
	r.names++
	r.w.in(frame{label: "name", index: r.names}, func() { r.w.show(Leaf{Text: s, Role: MarkupName}, base) })
}

const blanks = " \t\r\n"

// tag reads the tag that begins at i. It returns the element's name, and where the tag ends.
func (r *markupReader) tag(s string, i, base int) (element string, end int) {
	skip := func(i int, chars string) int { return len(s) - len(strings.TrimLeft(s[i:], chars)) }
	i++
	end = i + indexAny(s[i:], blanks+"/>")
	element = s[i:end]
	r.name(element, base+i)
	for i = skip(end, blanks+"/"); i < len(s) && s[i] != '>'; i = skip(i, blanks+"/") {
		end = i + indexAny(s[i:], blanks+"=/>")
		name := s[i:end]
		r.name(name, base+i)
		if i = skip(end, blanks); i >= len(s) || s[i] != '=' {
			continue
		}
		i = skip(i+1, blanks)
		ends := blanks + ">"
		if i < len(s) && (s[i] == '"' || s[i] == '\'') {
			ends = s[i : i+1]
			i++
		}
		end = i + indexAny(s[i:], ends)
		r.text(s[i:end], asMarkup, base+i, Leaf{Role: Markup, Name: name, Parent: element})
		if i = end; len(ends) == 1 {
			i = min(end+1, len(s))
		}
	}
	return element, min(i+1, len(s))
}
