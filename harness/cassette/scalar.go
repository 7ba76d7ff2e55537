package cassette

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// scalar reads the value of a field, moves past it and returns it.
func (r *reader) scalar(value []byte) string {
	binary := bytes.HasPrefix(value, []byte("!!binary "))
	if binary {
		value = value[len("!!binary "):]
	}
	var text string
	if len(value) > 0 && value[0] == '|' {
		if r.literalBlock(value); r.err != nil {
			return ""
		}
		text = r.texts.keep(r.block)
	} else {
		text = r.line(value)
		r.advance()
	}
	if !binary || r.err != nil {
		return text
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		r.irregular()
	}
	return string(decoded)
}

// line reads a scalar that ends where its line does.
func (r *reader) line(value []byte) string {
	switch {
	case r.err != nil:
		return ""
	case len(value) == 0:
		r.irregular()
		return ""
	case value[0] == '\'':
		return r.singleQuoted(value)
	case value[0] == '"':
		return r.doubleQuoted(value)
	case !plainValue(value):
		r.irregular()
		return ""
	}
	return r.texts.keep(value)
}

// plainValue reports whether a text is a plain scalar that means itself, as the
// value of a string. It says no where it takes more than a glance to tell.
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
	return len(text) > 4 || !nullWord(string(text))
}

// nullWord reports whether YAML takes a plain word for null.
func nullWord(word string) bool {
	return word == "null" || word == "Null" || word == "NULL" || word == "~" || word == ""
}

// integer reads a plain decimal number.
func (r *reader) integer(text []byte) int {
	n, err := strconv.Atoi(string(text))
	if err != nil || len(text) > 18 || strconv.Itoa(n) != string(text) {
		r.irregular()
		return 0
	}
	return n
}

func (r *reader) singleQuoted(value []byte) string {
	if len(value) < 2 || value[len(value)-1] != '\'' {
		r.irregular()
		return ""
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\'') < 0 {
		return r.texts.keep(inner)
	}
	text := r.block[:0]
	for {
		i := bytes.IndexByte(inner, '\'')
		if i < 0 {
			break
		}
		if i+1 == len(inner) || inner[i+1] != '\'' {
			r.irregular()
			return ""
		}
		text = append(text, inner[:i+1]...)
		inner = inner[i+2:]
	}
	text = append(text, inner...)
	r.block = text
	return r.texts.keep(text)
}

func (r *reader) doubleQuoted(value []byte) string {
	text, ok := unquote(r.block[:0], value)
	if !ok {
		r.irregular()
		return ""
	}
	r.block = text
	return r.texts.keep(text)
}

// escaped returns the meaning of an escape of one character, "" when it is none.
func escaped(c byte) string {
	switch c {
	case '0':
		return "\x00"
	case 'a':
		return "\a"
	case 'b':
		return "\b"
	case 't':
		return "\t"
	case 'n':
		return "\n"
	case 'v':
		return "\v"
	case 'f':
		return "\f"
	case 'r':
		return "\r"
	case 'e':
		return "\x1b"
	case ' ', '"', '\'', '\\':
		return string(rune(c))
	case 'N':
		return "\u0085"
	case '_':
		return "\u00a0"
	case 'L':
		return "\u2028"
	case 'P':
		return "\u2029"
	}
	return ""
}

// codeLength returns how many hexadecimal digits an escape takes, 0 when none.
func codeLength(c byte) int {
	switch c {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

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
		if text := escaped(rest[0]); text != "" {
			dst, rest = append(dst, text...), rest[1:]
			continue
		}
		size := codeLength(rest[0])
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

// literalBlock reads the block that a literal scalar's header announces into
// r.block.
func (r *reader) literalBlock(head []byte) {
	indent, chomp, ok := blockHeader(head)
	if !ok {
		r.irregular()
		return
	}
	r.block = r.block[:0]
	r.advance()
	if indent == 0 {
		// The first line tells, and an empty one tells nothing.
		indent = spaces(r.in.text)
		if indent == len(r.in.text) || r.in.text[indent] == '\t' {
			r.irregular()
		}
	} else {
		indent += r.layout.fields
	}
	if indent <= r.layout.fields {
		r.irregular()
	}
	for r.err == nil && !r.in.ended {
		depth := spaces(r.in.text[:min(indent, len(r.in.text))])
		switch {
		case depth == indent:
			r.block = append(r.block, r.in.text[indent:]...)
		case depth < len(r.in.text):
			r.chomp(chomp)
			return
		}
		r.block = append(r.block, '\n')
		r.advance()
	}
	r.irregular() // no interaction ends in a block
}

// blockHeader reads "|", "|-", "|+", "|2", "|2-" and the like.
func blockHeader(head []byte) (indent int, chomp byte, ok bool) {
	for _, c := range head[1:] {
		switch {
		case c >= '1' && c <= '9' && indent == 0:
			indent = int(c - '0')
		case (c == '-' || c == '+') && chomp == 0:
			chomp = c
		default:
			return 0, 0, false
		}
	}
	return indent, chomp, true
}

// chomp removes the line breaks at the end of the block that its header says do not count.
func (r *reader) chomp(how byte) {
	if how == '+' {
		return
	}
	text := bytes.TrimRight(r.block, "\n")
	if how == 0 && len(text) > 0 {
		text = append(text, '\n') // one is still there
	}
	r.block = text
}

// indentedBody reads a response body that is marked as indented.
func (r *reader) indentedBody(i *Interaction) {
	value, ok := r.field("body: ")
	if !ok {
		return
	}
	if len(value) == 0 || value[0] != '|' {
		r.irregular()
		return
	}
	if r.literalBlock(value); r.err != nil {
		return
	}
	i.bodyLine++
	// Nothing writes to the block while the text is looked at.
	text := unsafe.String(unsafe.SliceData(r.block), len(r.block))
	if r.packed, r.err = unindent(i, text, r.packed[:0]); r.err != nil {
		r.err = bodyError(r.file, i.bodyLine, r.count-1, r.err)
		return
	}
	i.Response.Body = r.texts.keep(r.packed)
	restoreLength(&i.Response, len(text))
}

// unindent appends the body that was stored as text to dst, and notes how many lines
// it has.
func unindent(i *Interaction, text string, dst []byte) ([]byte, error) {
	i.bodyLines = strings.Count(text, "\n")
	if !strings.HasSuffix(text, "\n") {
		i.bodyLines++
	}
	return jsondoc.Compact(dst, text)
}

// restoreLength turns a content length that describes the stored text back into
// the body's.
func restoreLength(p *Response, stored int) {
	if p.ContentLength == int64(stored) {
		p.ContentLength = int64(len(p.Body))
	}
}

// mark returns the value of an interaction's "graphvcr" line.
func (r *reader) mark() (string, bool) {
	const key = "graphvcr: "
	if r.err != nil || !r.opens(r.layout.keys, key) {
		return "", false
	}
	return string(r.in.text[r.layout.keys+len(key):]), true
}

// readMark reads an interaction's mark, as writer.mark writes it, and reports whether the
// body is indented.
func (r *reader) readMark(text string, i *Interaction, m *mark) (indented bool) {
	rest, ok := strings.CutPrefix(text, "{")
	more := ok
	for _, key := range markKeys {
		after, has := strings.CutPrefix(rest, key+": ")
		if !has || !more {
			continue
		}
		switch key {
		case "body":
			after, indented = strings.CutPrefix(after, "indented")
			ok = ok && indented
		case "principal":
			i.Principal, after = r.quotedFirst(after)
		case "holes":
			m.holes, after = r.quotedList(after)
		case "sum":
			m.sum, after = r.quotedFirst(after)
		}
		rest, more = strings.CutPrefix(after, ", ")
	}
	if !ok || more || rest != "}" {
		r.irregular()
	}
	r.advance()
	return indented
}

// quotedList reads the list of double-quoted scalars that a text begins with.
func (r *reader) quotedList(text string) (values []string, rest string) {
	rest, more := strings.CutPrefix(text, "[")
	for more && r.err == nil {
		var value string
		value, rest = r.quotedFirst(rest)
		values = append(values, value)
		rest, more = strings.CutPrefix(rest, ", ")
	}
	rest, ok := strings.CutPrefix(rest, "]")
	if !ok {
		r.irregular()
	}
	return values, rest
}

// quotedFirst reads the double-quoted scalar that a text begins with.
func (r *reader) quotedFirst(text string) (value, rest string) {
	end := 1
	for end < len(text) && text[end] != '"' {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(text) || text[0] != '"' {
		r.irregular()
		return "", ""
	}
	return r.doubleQuoted([]byte(text[:end+1])), text[end+1:]
}
