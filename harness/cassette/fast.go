package cassette

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// An irregularError says that a file is not in the regular shape from a line on, so
// that only yaml.v3 can say what it means.
type irregularError struct{ line int }

func (e irregularError) Error() string {
	return fmt.Sprintf("line %d is not in the regular shape", e.line)
}

// layout is how deep the lines of a file are indented.
type layout struct {
	item   int // "- id: 0"
	keys   int // "request:"
	fields int // "method: GET"
	names  int // "Content-Type:", below headers
	values int // "- text/plain"
}

// The two layouts that are read in one pass.
var (
	ourLayout   = layout{item: 2, keys: 4, fields: 6, names: 8, values: 10}
	goVCRLayout = layout{item: 4, keys: 6, fields: 8, names: 12, values: 16}
)

// reader reads a file in the regular shape in one pass: block mappings with go-vcr's
// keys in go-vcr's order, and scalars of one line or in a literal block. Whatever else it meets
// sets err to an irregularError, and the file is then read by readAny; the two
// agree on every file that this one reads.
//
// Once err is set, all methods do nothing.
type reader struct {
	file   string
	in     lines
	layout layout
	count  int    // of interactions begun
	meta   header // what the file says about itself
	block  []byte // the text of the literal block read last
	packed []byte // scratch for compacting
	texts  arena
	lists  []string     // unused part of a slab that header values are cut from
	pairs  []headerPair // scratch
	err    error

	unsealed bool // see LoadUnsealed
}

type headerPair struct {
	name   string
	values []string
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

// advance moves to the next line.
func (r *reader) advance() {
	if r.err != nil {
		return
	}
	r.in.next()
	switch {
	case r.in.err != nil:
		r.err = r.in.err
	case r.in.partial:
		r.err = tornError(r.file, r.in.number, r.count-1, "the file ends in the middle of a line")
	case !regular(r.in.text):
		r.err = irregularError{r.in.number}
	}
}

// irregular gives up, unless something is wrong already or the file is over: what
// ends between two lines of an interaction was cut.
func (r *reader) irregular() {
	if r.err != nil {
		return
	}
	r.err = irregularError{r.in.number}
	if r.in.ended && r.count > 0 {
		r.err = tornError(r.file, r.in.number, r.count-1, "the file ends in the middle of an interaction")
	}
}

func (r *reader) document() []*Interaction {
	if string(r.in.text) == "---" {
		r.advance()
	}
	if r.literal("version: 2"); r.err != nil {
		return nil
	}
	if string(r.in.text) == "graphvcr:" {
		r.header()
	}
	if string(r.in.text) == "interactions: []" {
		r.advance()
		if r.err == nil && !r.in.ended {
			r.irregular()
		}
		return []*Interaction{}
	}
	r.literal("interactions:")
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

// header reads our block, whose extent is told by its indentation, through yaml.v3.
func (r *reader) header() {
	first := r.in.number
	var text []byte
	for r.err == nil && !r.in.ended && (len(text) == 0 || bytes.HasPrefix(r.in.text, []byte("  "))) {
		text = append(append(text, r.in.text...), '\n')
		r.advance()
	}
	if r.err != nil {
		return
	}
	meta, err := readHeader(r.file, text, first, r.unsealed)
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
	i.ID = r.integer(r.in.text[r.layout.item+len("- id: "):])
	r.advance()
	indented, m := false, mark{line: r.in.number, item: r.count - 1}
	if text, ok := r.mark(); ok {
		indented = r.readMark(text, i, &m)
	}
	r.section("request:")
	r.request(&i.Request)
	if r.err == nil {
		r.err = m.open(r.file, i, r.unsealed)
	}
	r.section("response:")
	r.response(i, indented)
	return i
}

func (r *reader) request(q *Request) {
	r.text("proto: ", &q.Proto)
	r.number("proto_major: ", &q.ProtoMajor)
	r.number("proto_minor: ", &q.ProtoMinor)
	r.length(&q.ContentLength)
	r.encodings(&q.TransferEncoding)
	r.headers("trailer:", (*map[string][]string)(&q.Trailer))
	r.text("host: ", &q.Host)
	r.text("remote_addr: ", &q.RemoteAddr)
	r.text("request_uri: ", &q.RequestURI)
	r.text("body: ", &q.Body)
	r.headers("form:", (*map[string][]string)(&q.Form))
	r.headers("headers:", (*map[string][]string)(&q.Headers))
	r.text("url: ", &q.URL)
	r.text("method: ", &q.Method)
}

func (r *reader) response(i *Interaction, indented bool) {
	p := &i.Response
	r.text("proto: ", &p.Proto)
	r.number("proto_major: ", &p.ProtoMajor)
	r.number("proto_minor: ", &p.ProtoMinor)
	r.encodings(&p.TransferEncoding)
	r.headers("trailer:", (*map[string][]string)(&p.Trailer))
	r.length(&p.ContentLength)
	r.flag("uncompressed: ", &p.Uncompressed)
	i.bodyLine = r.in.number
	if indented {
		r.indentedBody(i)
	} else {
		r.text("body: ", &p.Body)
	}
	r.headers("headers:", (*map[string][]string)(&p.Headers))
	r.text("status: ", &p.Status)
	codeLine := r.in.number
	if r.number("code: ", &p.Code); r.err == nil && !validCode(p.Code) {
		r.err = codeError(r.file, codeLine, r.count-1, p.Code)
	}
	r.duration(&p.Duration)
}

// opens reports whether the current line is the text behind so many spaces, at
// least to begin with.
func (r *reader) opens(indent int, text string) bool {
	line := r.in.text
	return len(line) >= indent+len(text) &&
		spaces(line) >= indent && string(line[indent:indent+len(text)]) == text
}

// literal moves over a line that has to be exactly this.
func (r *reader) literal(line string) {
	if r.err == nil && string(r.in.text) != line {
		r.irregular()
	}
	r.advance()
}

// section moves over the key that opens a request or response.
func (r *reader) section(key string) {
	if r.err == nil && (!r.opens(r.layout.keys, key) || len(r.in.text) != r.layout.keys+len(key)) {
		r.irregular()
	}
	r.advance()
}

// field returns what follows a key on the current line.
func (r *reader) field(key string) ([]byte, bool) {
	if r.err != nil {
		return nil, false
	}
	if !r.opens(r.layout.fields, key) {
		r.irregular()
		return nil, false
	}
	return r.in.text[r.layout.fields+len(key):], true
}

func (r *reader) text(key string, to *string) {
	if value, ok := r.field(key); ok {
		*to = r.scalar(value)
	}
}

func (r *reader) number(key string, to *int) {
	if value, ok := r.field(key); ok {
		*to = r.integer(value)
		r.advance()
	}
}

func (r *reader) length(to *int64) {
	if value, ok := r.field("content_length: "); ok {
		*to = int64(r.integer(value))
		r.advance()
	}
}

func (r *reader) flag(key string, to *bool) {
	value, ok := r.field(key)
	switch {
	case !ok:
	case string(value) == "true" || string(value) == "false":
		*to = string(value) == "true"
		r.advance()
	default:
		r.irregular()
	}
}

func (r *reader) duration(to *time.Duration) {
	value, ok := r.field("duration: ")
	if !ok {
		return
	}
	d, err := time.ParseDuration(string(value))
	if err != nil || value[len(value)-1] <= '9' { // "0" is a number to YAML
		r.irregular()
		return
	}
	*to = d
	r.advance()
}

func (r *reader) encodings(to *[]string) {
	const key = "transfer_encoding:"
	value, ok := r.field(key)
	if !ok {
		return
	}
	kind := string(value) // advancing ends the life of value
	r.advance()
	switch kind {
	case " []":
		*to = []string{}
	case " null":
	case "":
		*to = r.list(r.layout.names)
	default:
		r.irregular()
	}
}

// headers reads a mapping of names to lists.
func (r *reader) headers(key string, to *map[string][]string) {
	value, ok := r.field(key)
	if !ok {
		return
	}
	kind := string(value)
	r.advance()
	switch kind {
	case " {}":
		*to = map[string][]string{}
	case " null":
	case "":
		*to = r.pairList()
	default:
		r.irregular()
	}
}

func (r *reader) pairList() map[string][]string {
	r.pairs = r.pairs[:0]
	for r.err == nil && spaces(r.in.text) == r.layout.names {
		name := r.in.text[r.layout.names:]
		if len(name) < 2 || name[len(name)-1] != ':' || !plainKey(string(name[:len(name)-1])) {
			r.irregular()
			return nil
		}
		key := r.texts.keep(name[:len(name)-1])
		r.advance()
		r.pairs = append(r.pairs, headerPair{key, r.list(r.layout.values)})
	}
	m := make(http.Header, len(r.pairs))
	for _, p := range r.pairs {
		m[p.name] = p.values
	}
	if len(m) != len(r.pairs) || len(m) == 0 {
		r.irregular() // a name twice, or no name
	}
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
		r.lists = append(r.lists, r.line(r.in.text[indent+2:]))
		r.advance()
	}
	if len(r.lists) == first {
		r.irregular()
	}
	return r.lists[first:len(r.lists):len(r.lists)]
}

// spaces counts the spaces that a line begins with.
func spaces(line []byte) int {
	for i, c := range line {
		if c != ' ' {
			return i
		}
	}
	return len(line)
}
