package place

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
)

// A part of a multipart text: where its boundary stands, what it holds, and whether that is
// what follows the last part.
type part struct {
	boundary, start, end int
	last                 bool
}

// partsOf finds the parts of a text: they begin with a line that is the boundary behind two
// hyphens and nothing else.
func partsOf(s, boundary string) (parts []part) {
	delimiter := "--" + boundary
	for at := 0; at < len(s); {
		k := strings.Index(s[at:], delimiter)
		if k < 0 {
			break
		}
		begin, after := at+k, at+k+len(delimiter)
		at = after
		rest := strings.TrimPrefix(s[after:], "--")
		blank := strings.TrimLeft(rest, " \t")
		line := strings.TrimPrefix(blank, "\r")
		if boundary == "" || begin > 0 && s[begin-1] != '\n' || line != "" && line[0] != '\n' {
			continue
		}
		if n := len(parts); n > 0 {
			parts[n-1].end = max(parts[n-1].start, len(strings.TrimSuffix(strings.TrimSuffix(s[:begin], "\n"), "\r")))
		}
		last := len(rest) < len(s)-after
		parts = append(parts, part{begin + 2, len(s) - len(strings.TrimPrefix(line, "\n")), len(s), last})
		if last {
			break
		}
	}
	return parts
}

// Parts are the parts of a body whose kind is Multipart; Name is that of a form's field.
func (m *Message) Parts(boundary string) []Part {
	parts := make([]Part, 0, 4)
	for _, p := range partsOf(m.Body, boundary) {
		if p.last {
			break
		}
		head, body := headEnd(m.Body[p.start:p.end])
		is := Part{Message: Message{Header: http.Header{}, Body: m.Body[p.start+body : p.end]}}
		eachLine(m.Body[p.start:p.start+head], func(name, value string, _ int) { is.Header.Add(name, value) })
		is.Name = parameter(first(is.Header, "Content-Disposition"), "name")
		parts = append(parts, is)
	}
	return parts
}

// A Part of a multipart body.
type Part struct {
	Message
	Name string
}

// An entityReader reads what has headers: mails, the parts of bodies.
type entityReader struct{ *walker }

// multipart reads the parts of a multipart body, each by its own headers. A part is placed by
// the name that its Content-Disposition has, else by its number: SDKs write them in any order.
func (w entityReader) multipart(s string, base int, boundary string) {
	parts := partsOf(s, boundary)
	preamble := s[:parts[0].boundary-2]
	w.labelled("preamble", func() { w.show(Leaf{Text: strings.TrimRight(preamble, "\r\n"), Role: Text}, base) })
	named := map[string]int{}
	for n, p := range parts {
		w.labelled("boundary", func() { w.show(Leaf{Text: boundary, Role: Boundary}, base+p.boundary) })
		text := s[p.start:p.end]
		if p.last {
			trimmed := strings.TrimLeft(text, "\r\n")
			w.labelled("epilogue", func() {
				w.show(Leaf{Text: strings.TrimRight(trimmed, "\r\n"), Role: Text}, base+p.end-len(trimmed))
			})
			return
		}
		w.push(frame{label: "part", index: n + 1})
		w.entity(text, base+p.start, named)
		w.pop()
	}
}

func (w *walker) labelled(label string, read func()) {
	w.push(frame{label: label})
	read()
	w.pop()
}

// entity reads headers, an empty line, and a body that is what the headers say: a mail, or a
// part, which stands in a frame of its own.
func (w entityReader) entity(s string, base int, named map[string]int) {
	w.depth++
	defer func() { w.depth-- }()
	head, body := headEnd(s)
	disposition := ""
	eachLine(s[:head], func(name, value string, _ int) {
		if name == "Content-Disposition" {
			disposition = value
		}
	})
	name := parameter(disposition, "name")
	if name != "" && named != nil {
		f := &w.frames[len(w.frames)-1]
		*f = frame{label: f.label, name: name, hash: true}
		if n := named[name]; n > 0 {
			f.index = n + 1
		}
		named[name]++
	}
	m := Message{Body: s[body:]}
	m.Header, m.boundary = w.entityHeaders(s[:head], base)
	if name != "" && named != nil { // by what stands for it
		name = parameter(first(m.Header, "Content-Disposition"), "name")
		w.frames[len(w.frames)-1].name = name
	}
	file := parameter(disposition, "filename") != "" || parameter(disposition, "filename*") != ""
	kind, media, _ := m.KindOf()
	w.push(frame{label: "body"})
	defer w.pop()
	switch {
	case strings.EqualFold(first(m.Header, "Content-Transfer-Encoding"), "base64"):
		w.transferred(&m, base+body)
	case file:
		w.show(Leaf{Text: m.Body, Role: Bytes, File: true, Declared: true, Kind: media}, base+body)
	case name != "" && kind == Plain && media == "":
		w.value(m.Body, base+body, Leaf{Role: Field, Name: name})
	default:
		w.within(base+body, func() { w.body(&m, m.Body) })
	}
}

// within reads a part of the current text as a text of its own.
func (w *walker) within(base int, read func()) {
	first := len(w.edits)
	read()
	move(w.edits[first:], base)
}

// move moves edits to the right.
func move(edits []edit.Edit, by int) {
	for i := range edits {
		edits[i].Start += by
		edits[i].End += by
	}
}

// transferred reads the base64 of a mail's part.
func (w entityReader) transferred(m *Message, base int) {
	packed := strings.NewReplacer("\r", "", "\n", "", " ", "").Replace(m.Body)
	plain, err := base64.StdEncoding.DecodeString(packed)
	inner := Message{Header: m.Header.Clone(), Body: string(plain), boundary: m.boundary}
	inner.Header.Del("Content-Transfer-Encoding")
	kind, media, _ := inner.KindOf()
	if err != nil || !isReadable(plain) || kind == File || !strings.HasPrefix(media, "text/") && !isJSONType(media) {
		w.show(Leaf{Text: m.Body, Role: Bytes, File: true, Declared: true, Kind: media}, base)
		return
	}
	is := w.whole(">base64", inner.Body, func(s string) { w.body(&inner, s) })
	if is != inner.Body {
		w.edits = append(w.edits, edit.Edit{Start: base, End: base + len(m.Body), Text: base64.StdEncoding.EncodeToString([]byte(is))})
	}
}

// headEnd finds the empty line behind headers: where they end and the body begins. Without
// one, all is body.
func headEnd(s string) (head, body int) {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 0, 2
	case strings.HasPrefix(s, "\n"):
		return 0, 1
	}
	if i := strings.Index(s, "\n\n"); i >= 0 {
		head, body = i, i+2
	}
	if i := strings.Index(s, "\r\n\r\n"); i >= 0 && (body == 0 || i < head) {
		head, body = i, i+4
	}
	return head, body
}

// eachLine reads headers; a line that begins with a blank goes on with the one before. A line
// without a name has the name "".
func eachLine(s string, f func(name, value string, at int)) {
	for at := 0; at < len(s); {
		end := at + indexAny(s[at:], "\n")
		for end+1 < len(s) && (s[end+1] == ' ' || s[end+1] == '\t') {
			end += 1 + indexAny(s[end+1:], "\n")
		}
		line := strings.TrimRight(s[at:end], "\r")
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			name, value = "", line
		}
		value = strings.TrimLeft(value, " \t")
		f(http.CanonicalHeaderKey(strings.TrimSpace(name)), value, at+len(line)-len(value))
		at = end + 1
	}
}

// entityHeaders reads the headers of a mail or a part. It returns them as they are to be, by
// which the body is read again, and the boundary that stands in the body as it is.
func (w entityReader) entityHeaders(s string, base int) (h http.Header, boundary string) {
	h = http.Header{}
	eachLine(s, func(name, value string, at int) {
		if name == "" {
			w.show(Leaf{Text: value, Role: Text}, base+at)
			return
		}
		if name == "Content-Type" && boundary == "" {
			boundary = parameter(value, "boundary")
		}
		w.push(frame{label: "header", name: name})
		outer := len(w.edits)
		w.header(name, value, PartHeader)
		h.Add(name, edit.Apply(value, w.edits[outer:]))
		move(w.edits[outer:], base+at)
		w.pop()
	})
	return h, boundary
}
