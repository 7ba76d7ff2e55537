package cassette

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// reader reads a file in the regular shape in one pass: block mappings with go-vcr's
// keys in go-vcr's order, and scalars of one line or in a literal block. Whatever else it meets
// sets err to an irregularError, and the file is then read by anyReader; the two
// agree on every file that this one reads.
type reader struct {
	cursor
	meta    header // what the file says about itself
	scratch []byte // the literal block read last
	packed  []byte // scratch for compacting
	scalars scalars
	lists   []string     // unused part of a slab that header values are cut from
	pairs   []headerPair // scratch

	unsealed bool // see LoadUnsealed
}

type headerPair struct {
	name   string
	values []string
}

func newReader(file string, source io.Reader, unsealed bool) *reader {
	return &reader{cursor: cursor{file: file, in: lines{source: bufio.NewReaderSize(source, windowSize)}}, unsealed: unsealed}
}

// read reads the file. The error is an irregularError, an error about the content, or one
// of reading.
func (r *reader) read() (*Cassette, error) {
	r.advance()
	interactions := r.document()
	if r.err != nil {
		return nil, r.err
	}
	return r.meta.cassette(r.file, interactions, r.unsealed)
}

func (r *reader) document() []*Interaction {
	if string(r.in.text) == "---" {
		r.advance()
	}
	if r.literal(0, "version: 2"); r.err != nil {
		return nil
	}
	if string(r.in.text) == "graphvcr:" {
		r.header()
	}
	if string(r.in.text) == "interactions: []" {
		r.advance()
		r.require(r.in.ended)
		return []*Interaction{}
	}
	r.literal(0, "interactions:")
	switch {
	case bytes.HasPrefix(r.in.text, []byte("  - ")):
		r.layout = ourLayout
	case bytes.HasPrefix(r.in.text, []byte("    - ")):
		r.layout = goVCRLayout
	default:
		r.irregular()
	}
	var all []*Interaction
	for r.err == nil && !r.in.ended {
		all = append(all, r.interaction())
	}
	return all
}

// header reads our block, which ends where its indentation does, through yaml.v3.
func (r *reader) header() {
	first := r.in.number
	var text bytes.Buffer // there may be a line for each name of a recording
	for r.err == nil && !r.in.ended && (text.Len() == 0 || bytes.HasPrefix(r.in.text, []byte("  "))) {
		text.Write(r.in.text)
		text.WriteByte('\n')
		r.advance()
	}
	if r.err != nil {
		return
	}
	meta, err := readHeader(r.file, text.Bytes(), first, r.unsealed)
	if err != nil {
		r.err = irregularError{r.in.number}
		return
	}
	r.meta = meta
}

// interaction reads one item of the list.
func (r *reader) interaction() *Interaction {
	i := &Interaction{Line: r.in.number}
	if !r.opens(r.layout.item, "- id: ") {
		r.irregular()
		return i
	}
	r.count++
	r.integer(r.in.text[r.layout.item+len("- id: "):], &i.ID)
	r.advance()
	m := mark{line: r.in.number, item: r.count - 1}
	indented := r.mark(i, &m)
	r.literal(r.layout.keys, "request:")
	request := requestFields(&i.Request)
	r.fields(request[:])
	if r.err == nil {
		r.err = m.open(r.file, i, r.unsealed)
	}
	r.literal(r.layout.keys, "response:")
	p := &i.Response
	before, behind := responseFields(p)
	r.fields(before[:])
	r.fields([]field{{"content_length", &p.ContentLength}, {"uncompressed", &p.Uncompressed}})
	i.bodyLine = r.in.number
	if indented {
		r.indentedBody(i)
	} else {
		r.fields([]field{{"body", &p.Body}})
	}
	r.fields(behind[:2])
	codeLine := r.in.number
	if r.fields(behind[2:3]); r.err == nil && !validCode(p.Code) {
		r.err = codeError(r.file, codeLine, r.count-1, p.Code)
	}
	r.fields(behind[3:])
	return i
}

// mark reads the "graphvcr" line of an interaction, if it has one, as writer.mark writes it,
// and reports whether the body is indented.
func (r *reader) mark(i *Interaction, m *mark) (indented bool) {
	const key = "graphvcr: "
	if r.err != nil || !r.opens(r.layout.keys, key) {
		return false
	}
	var ok bool
	i.Principal, indented, ok = m.parse(string(r.in.text[r.layout.keys+len(key):]))
	r.require(ok)
	r.advance()
	return indented
}

// fields reads the lines of fields.
func (r *reader) fields(all []field) {
	for _, f := range all {
		value, ok := r.value(f.key)
		if !ok {
			return
		}
		switch to := f.at.(type) {
		case *[]string:
			*to = r.strings(value)
			continue
		case *map[string][]string:
			*to = r.mapping(value)
			continue
		}
		if len(value) < 2 || value[0] != ' ' {
			r.irregular()
			return
		}
		value = value[1:]
		switch to := f.at.(type) {
		case *string:
			*to = r.text(value)
			continue
		case *text:
			*to = text(r.text(value))
			continue
		case *int:
			r.integer(value, to)
		case *int64:
			var n int
			r.integer(value, &n)
			*to = int64(n)
		case *bool:
			*to = string(value) == "true"
			r.require(*to || string(value) == "false")
		case *time.Duration:
			d, err := time.ParseDuration(string(value))
			*to = d
			r.require(err == nil && value[len(value)-1] > '9') // "0" is a number to YAML
		}
		r.advance()
	}
}

// integer reads a plain decimal number.
func (r *reader) integer(text []byte, to *int) {
	n, err := strconv.Atoi(string(text))
	*to = n
	r.require(err == nil && len(text) <= 18 && strconv.Itoa(n) == string(text))
}

// text reads the value of a field and moves past it.
func (r *reader) text(value []byte) string {
	value, binary := bytes.CutPrefix(value, []byte("!!binary "))
	var text string
	if len(value) > 0 && value[0] == '|' {
		r.scratch = r.block(r.scratch[:0], value)
		if r.err != nil {
			return ""
		}
		text = r.scalars.texts.keep(r.scratch)
	} else {
		var ok bool
		text, ok = r.scalars.line(value)
		r.require(ok)
		r.advance()
	}
	if !binary || r.err != nil {
		return text
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	r.require(err == nil)
	return string(decoded)
}

// strings reads a list, of which value is what follows its key.
func (r *reader) strings(value []byte) []string {
	kind := string(value) // advancing ends the life of value
	r.advance()
	switch kind {
	case " []":
		return []string{}
	case "":
		return r.list(r.layout.names)
	}
	r.require(kind == " null")
	return nil
}

// mapping reads a mapping of names to lists.
func (r *reader) mapping(value []byte) map[string][]string {
	kind := string(value)
	r.advance()
	switch kind {
	case " {}":
		return map[string][]string{}
	case "":
	default:
		r.require(kind == " null")
		return nil
	}
	r.pairs = r.pairs[:0]
	for r.err == nil && spaces(r.in.text) == r.layout.names {
		name := r.in.text[r.layout.names:]
		if len(name) < 2 || name[len(name)-1] != ':' || !plainKey(string(name[:len(name)-1])) {
			r.irregular()
			return nil
		}
		key := r.scalars.texts.keep(name[:len(name)-1])
		r.advance()
		r.pairs = append(r.pairs, headerPair{key, r.list(r.layout.values)})
	}
	m := make(http.Header, len(r.pairs))
	for _, p := range r.pairs {
		m[p.name] = p.values
	}
	r.require(len(m) == len(r.pairs) && len(m) > 0) // a name twice, or no name
	return m
}

// list reads a list of scalars, which has at least one.
func (r *reader) list(indent int) []string {
	const slab, room = 1024, 16
	if cap(r.lists)-len(r.lists) < room {
		r.lists = make([]string, 0, slab)
	}
	first := len(r.lists)
	for r.err == nil && r.opens(indent, "- ") {
		text, ok := r.scalars.line(r.in.text[indent+2:])
		r.require(ok)
		r.lists = append(r.lists, text)
		r.advance()
	}
	r.require(len(r.lists) > first)
	return r.lists[first:len(r.lists):len(r.lists)]
}

// indentedBody reads a response body that is marked as indented.
func (r *reader) indentedBody(i *Interaction) {
	value, ok := r.value("body")
	if !ok {
		return
	}
	if len(value) < 2 || string(value[:2]) != " |" {
		r.irregular()
		return
	}
	r.scratch = r.block(r.scratch[:0], value[1:])
	if r.err != nil {
		return
	}
	i.bodyLine++
	// Nothing writes to the block while the text is looked at.
	text := unsafe.String(unsafe.SliceData(r.scratch), len(r.scratch))
	if r.packed, r.err = unindent(i, text, r.packed[:0]); r.err != nil {
		r.err = bodyError(r.file, i.bodyLine, r.count-1, r.err)
		return
	}
	i.Response.Body = r.scalars.texts.keep(r.packed)
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
