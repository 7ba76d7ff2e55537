package place

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// JSON is read token by token, whatever its grammar: a text that is broken or cut is read
// as far as it goes, and what is no JSON in it as plain text.

type jsonReader struct {
	w     *walker
	leaf  Leaf // that is being read
	outer int  // frames around the root's, behind which each object and array has one
}

// readJSON reads JSON text.
func readJSON(w *walker, s string, base int) {
	r := jsonReader{w: w, outer: len(w.frames)}
	w.push(frame{label: "$"})
	r.read(s, base)
	w.frames = w.frames[:r.outer]
}

// mostLevels bounds the nesting: what lies deeper is one text.
const mostLevels = 10_000

func (r *jsonReader) read(s string, base int) {
	expectKey := false
	for i := len(s) - len(strings.TrimLeft(s, "\ufeff")); i < len(s); { // behind a mark of the order of bytes
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n', ':':
			i++
		case ',':
			if expectKey = r.w.top().member; r.w.top().index > 0 {
				r.w.top().index++
			}
			i++
		case '{', '[':
			if len(r.w.frames)-r.outer > mostLevels {
				r.value(s[i:], base+i, false, Text)
				return
			}
			step := frame{member: true, parent: r.w.top().key}
			if c == '[' {
				step = frame{index: 1, key: r.w.top().key, parent: r.w.top().parent}
			}
			r.w.push(step)
			expectKey = step.member
			i++
		case '}', ']':
			if len(r.w.frames)-r.outer > 1 {
				r.w.pop()
			}
			expectKey = false
			i++
		case '"':
			end, escaped := jsondoc.StringEnd(s, i+1)
			raw, after, role := s[i+1:end], min(end+1, len(s)), Member
			if expectKey && (strings.HasPrefix(s[after:], ":") || strings.HasPrefix(strings.TrimLeft(s[after:], blanks), ":")) {
				r.w.top().key, role = raw, MemberName
				if escaped {
					r.w.top().key = asJSON.plain(raw)
				}
			}
			r.value(raw, base+i+1, escaped, role)
			expectKey = false
			i = after
		default:
			end := i + 1
			for end < len(s) && isOfWord[s[end]] {
				end++
			}
			if word := s[i:end]; word != "null" && word != "true" && word != "false" {
				role := Text
				if _, err := strconv.ParseFloat(word, 64); err == nil || errors.Is(err, strconv.ErrRange) { // JSON's, or other languages'
					role = Number
				}
				r.value(word, base+i, false, role)
			}
			i = end
		}
	}
}

// isOfWord says what words of JSON are made of.
var isOfWord = ascii.Without(",:{}[]\" \t\r\n")

// value reads a string, a number, the name of a member, or what is no JSON.
func (r *jsonReader) value(raw string, base int, escaped bool, role Role) {
	top, first := r.w.top(), len(r.w.edits)
	r.leaf.Role, r.leaf.Name, r.leaf.Parent = role, top.key, top.parent
	if escaped {
		r.w.written(asJSON, raw, base, r.plain)
		return
	}
	r.plain(raw, base)
	if role == Member || role == MemberName {
		r.w.spell(asJSON, first)
	}
}

// plain shows the leaf, whose text is this. Of the name of an annotation it shows the member's.
func (r *jsonReader) plain(t string, at int) {
	l := &r.leaf
	if l.Role == MemberName {
		t = odata.OwnName(t)
	}
	if l.Role != Member || !(mayLayer(t) || isAddress(l.Name, l.Parent)) || !r.w.layered(t, at, *l) {
		l.Text = t
		r.w.shown(l, at)
	}
}

// readTable reads CSV whose first line names the columns; an empty line is none.
func readTable(w *walker, s string) {
	var columns []string
	var cells []tableCell // of a row
	separator, row := separatorOf(s), 0
	for at := len(s) - len(strings.TrimPrefix(s, "\ufeff")); at < len(s); at++ {
		start := at
		for cells = cells[:0]; ; at++ {
			c := cellAt(s, at, separator)
			cells = append(cells, c)
			if at = c.end; at == len(s) || s[at] == '\n' {
				break
			}
		}
		if strings.TrimSuffix(s[start:at], "\r") == "" {
			continue
		}
		row++
		w.push(frame{index: row})
		for n, c := range cells {
			cell, leaf := strings.TrimSuffix(s[c.start:c.end], "\r"), Leaf{Role: Cell}
			switch {
			case row == 1:
				columns = append(columns, asQuoted.plain(strings.Trim(cell, `"`)))
				leaf.Role, leaf.Name = ColumnName, columns[n]
			case len(cells) <= len(columns): // else they are shifted
				leaf.Name = columns[n]
			}
			w.in(frame{index: n + 1}, func() { readCell(w, cell, c.start, leaf) })
		}
		w.pop()
	}
}

// A tableCell is where a cell stands, with its quotes.
type tableCell struct{ start, end int }

// cellAt finds the cell that begins at a byte: blanks before its quotes are no part of it, and it
// ends before a separator or the end of the line, but for those in its quotes, of which the last
// is one that such an end follows.
func cellAt(s string, at int, separator byte) tableCell {
	isBlank := func(r rune) bool { return unicode.IsSpace(r) && r != '\n' && r != rune(separator) }
	c := tableCell{start: at, end: at}
	if rest := strings.TrimLeftFunc(s[at:], isBlank); strings.HasPrefix(rest, `"`) {
		c.start = len(s) - len(rest)
		for c.end = c.start; c.end < len(s); {
			c.end = quoteEnd(s, c.end+1, '"')
			behind := s[min(c.end+1, len(s)):]
			if line := strings.TrimPrefix(behind, "\r"); line == "" || line[0] == '\n' || behind[0] == separator {
				break
			}
		}
	}
	c.end += indexAny(s[c.end:], string(separator)+"\n")
	return c
}

// readCell shows a cell, whose quotes may be amid it, or lack at its end. What is put in one is
// quoted where it has to be.
func readCell(w *walker, cell string, at int, leaf Leaf) {
	plain, quoted := strings.CutPrefix(cell, `"`)
	if quoted {
		plain = asQuoted.plain(strings.TrimSuffix(plain, `"`))
	}
	w.recoded("", plain, at, at+len(cell), func(is string) string {
		if quoted || strings.ContainsAny(is, "\",;\t|\r\n") {
			is = `"` + asQuoted.encode(is) + `"`
		}
		return is
	}, func(t string) { w.value(t, 0, leaf) })
}

// separatorOf is what the first line has most of.
func separatorOf(s string) byte {
	line, _, _ := strings.Cut(s, "\n")
	return slices.MaxFunc([]byte(",;\t|"), func(a, b byte) int {
		return cmp.Compare(strings.Count(line, string(a)), strings.Count(line, string(b)))
	})
}

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
