package place

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// KindOf says how the body of a message is read, and the boundary of its parts.
func (m *Message) KindOf() (kind media.Kind, boundary string) {
	head := media.First(m.Header, "Content-Type")
	typ := media.TypeOf(head)
	if strings.HasPrefix(typ, "multipart/") {
		if boundary = cmp.Or(m.boundary, media.Parameter(head, "boundary")); boundary == "" { // an SDK forgot to say it
			line, _, _ := strings.Cut(m.Body, "\n")
			boundary = strings.TrimPrefix(strings.TrimSuffix(line, "\r"), "--")
		}
		if len(media.Parts(m.Body, boundary)) > 0 {
			return media.Multipart, boundary
		}
	}
	switch {
	case !utf8.ValidString(m.Body), m.isFile():
		return media.File, ""
	case typ == "application/x-www-form-urlencoded" && m.Method != http.MethodPut:
		return media.Form, ""
	case typ == "text/csv", typ == "text/tab-separated-values", media.IsReport(m.Body):
		return media.Table, ""
	case media.IsJSON(m.Body), media.IsJSONType(typ) && strings.TrimSpace(m.Body) != "":
		return media.JSON, ""
	case media.IsMarkup(m.Body):
		return media.XML, ""
	case media.IsMail(m.Body):
		return media.Mail, ""
	}
	return media.Plain, ""
}

// isFile reports whether a body is what a file, photo or message holds by what stands beside it: it
// is asked for or sent by an address of one, off Graph, or as a slice of an upload.
func (m *Message) isFile() bool {
	typ := media.TypeOf(media.First(m.Header, "Content-Type"))
	path, _, _ := strings.Cut(m.Address, "?")
	_, content := graph.CutContent(path)
	slice := func() bool { return media.First(m.Header, "Content-Range") != "" }
	if !m.Answer {
		return m.Method == http.MethodPut && (content || !media.IsJSONType(typ) || slice()) ||
			strings.HasPrefix(typ, "image/") || typ == "application/octet-stream"
	}
	if !content && media.IsReport(m.Body) {
		return false
	}
	if m.Status/100 == 2 && m.Method == http.MethodGet && (slice() || content && !strings.HasPrefix(strings.TrimSpace(m.Body), `{"error":`) ||
		media.TypeOf(media.First(m.Header, "Content-Disposition")) == "attachment") {
		return true
	}
	return strings.HasPrefix(typ, "image/") || strings.HasPrefix(typ, "video/") || strings.HasPrefix(typ, "audio/") ||
		typ == "application/octet-stream" && !media.IsJSON(m.Body)
}

// readBody reads a body, or that of a part. One that is of no other kind is read as plain says.
func readBody(w *walker, m *Message, plain Leaf) {
	s := m.Body
	switch kind, boundary := m.KindOf(); {
	case (kind == media.Multipart || kind == media.Mail) && w.depth >= mostDepth:
		w.show(Leaf{Text: s, Role: Text}, 0)
	case kind == media.JSON:
		readJSON(w, s, 0)
	case kind == media.Form:
		w.top().label = ""
		readOptions(w, s, 0, true)
	case kind == media.Multipart:
		w.top().label = strings.TrimPrefix(w.top().label, "body")
		readParts(w, s, 0, boundary)
	case kind == media.Table:
		readTable(w, s)
	case kind == media.XML:
		readMarkup(w, s, 0)
	case kind == media.Mail:
		readEntity(w, s, 0, nil)
	case kind == media.File:
		like := *m // whatever it holds
		like.Body = ""
		w.show(Leaf{Text: s, Role: Bytes, Declared: like.isFile()}, 0)
	default:
		w.value(s, 0, plain)
	}
}

// readParts reads the parts of a multipart body, each by its own headers. A part is placed by
// the name that its Content-Disposition has, else by its number: SDKs write them in any order.
func readParts(w *walker, s string, base int, boundary string) {
	parts := media.Parts(s, boundary)
	text := func(label, text string, role Role, at int) {
		w.in(frame{label: label}, func() { w.show(Leaf{Text: text, Role: role}, base+at) })
	}
	text("preamble", strings.TrimRight(s[:parts[0].Boundary-2], "\r\n"), Text, 0)
	named := map[string]int{}
	for n, p := range parts {
		text("boundary", boundary, Boundary, p.Boundary)
		if p.Last {
			epilogue := strings.TrimLeft(s[p.Start:p.End], "\r\n")
			text("epilogue", strings.TrimRight(epilogue, "\r\n"), Text, p.End-len(epilogue))
			return
		}
		w.in(frame{label: "part", index: n + 1}, func() { readEntity(w, s[p.Start:p.End], base+p.Start, named) })
	}
}

// entityOf takes a mail, or a part, apart: its headers, which end at head, and its body.
func entityOf(s string) (m Message, head int) {
	head, body := media.HeadEnd(s)
	m = Message{Header: http.Header{}, Body: s[body:]}
	media.EachHeader(s[:head], func(name, value string, _ int) { m.Header.Add(name, value) })
	return m, head
}

// readEntity reads headers, an empty line, and a body that is what the headers say: a mail, or
// a part, which stands in a frame of its own.
func readEntity(w *walker, s string, base int, named map[string]int) {
	w.depth++
	defer func() { w.depth-- }()
	m, head := entityOf(s)
	body := base + len(s) - len(m.Body)
	m.boundary = media.Parameter(m.Header.Get("Content-Type"), "boundary")
	disposition := m.Header.Get("Content-Disposition")
	name := media.Parameter(disposition, "name")
	inForm := name != "" && named != nil
	if inForm {
		f := w.top()
		*f = frame{label: f.label, name: name, hash: true}
		if n := named[name]; n > 0 {
			f.index = n + 1
		}
		named[name]++
	}
	m.Header = readEntityHeaders(w, s[:head], base)
	if inForm { // by what stands for it
		name = media.Parameter(m.Header.Get("Content-Disposition"), "name")
		w.top().name = name
	}
	file := media.Parameter(disposition, "filename") != "" || media.Parameter(disposition, "filename*") != ""
	w.in(frame{label: "body"}, func() {
		switch {
		case strings.EqualFold(m.Header.Get("Content-Transfer-Encoding"), "base64"):
			readTransferred(w, m, body)
		case file:
			w.show(Leaf{Text: m.Body, Role: Bytes, Declared: true}, body)
		default:
			plain := Leaf{Role: Text}
			if name != "" && m.Header.Get("Content-Type") == "" {
				plain = Leaf{Role: Field, Name: name}
			}
			first := len(w.edits)
			readBody(w, &m, plain)
			move(w.edits[first:], body)
		}
	})
}

// readTransferred reads the base64 of a mail's part.
func readTransferred(w *walker, m Message, base int) {
	written, typ := m.Body, media.TypeOf(m.Header.Get("Content-Type"))
	plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(written, " ", ""))
	if err != nil || !isReadable(plain) || !strings.HasPrefix(typ, "text/") && !media.IsJSONType(typ) {
		w.show(Leaf{Text: written, Role: Bytes, Declared: true}, base)
		return
	}
	m.Body = string(plain)
	w.recoded(">base64", m.Body, base, base+len(written), encoder(base64.StdEncoding), func(string) { readBody(w, &m, Leaf{Role: Text}) })
}

// readEntityHeaders reads the headers of a mail or a part. It returns them as they are to be,
// by which the body is read, but for the boundary that stands in it.
func readEntityHeaders(w *walker, s string, base int) http.Header {
	h := http.Header{}
	media.EachHeader(s, func(name, value string, at int) {
		if name == "" {
			w.show(Leaf{Text: value, Role: Text}, base+at)
			return
		}
		outer := len(w.edits)
		w.in(frame{label: "header", name: name}, func() { readHeader(w, name, value, PartHeader) })
		h.Add(name, edit.Apply(value, w.edits[outer:]))
		move(w.edits[outer:], base+at)
	})
	return h
}

// readHeader reads the value of a header, whose name is canonical; its role is that of a message's,
// or a part's.
func readHeader(w *walker, name, s string, role Role) {
	leaf := Leaf{Role: role, Name: name}
	switch leaf.Name {
	case "Content-Disposition", "Content-Type":
		readParameters(w, s, leaf)
	case "Link", "Www-Authenticate":
		readPieces(w, s, leaf)
	default:
		w.value(s, 0, leaf)
	}
}

// pieces are the addresses in a Link, and by what clients know from a WWW-Authenticate what they have
// to ask for.
var pieces = map[string]*regexp.Regexp{
	"Link": regexp.MustCompile(`<([^>]*)>?`), "Www-Authenticate": regexp.MustCompile(`([^\s,="]+)\s*=\s*"([^"]*)"`),
}

// readPieces reads the pieces of a header, and shows what stands between: several words at once,
// without the punctuation around them.
func readPieces(w *walker, s string, leaf Leaf) {
	at := 0
	for _, m := range append(pieces[leaf.Name].FindAllStringSubmatchIndex(s, -1), []int{len(s), len(s)}) {
		leaf.Text = strings.Trim(s[at:m[0]], " ,;")
		w.show(leaf, at+strings.Index(s[at:], leaf.Text))
		switch at = m[1]; len(m) {
		case 4:
			readAddress(w, s[m[2]:m[3]], m[2])
		case 6:
			key := s[m[2]:m[3]]
			w.show(Leaf{Text: key, Role: OptionName, Name: leaf.Name}, m[2])
			w.in(frame{label: key}, func() { w.value(s[m[4]:m[5]], m[4], Leaf{Role: Option, Name: key}) })
		}
	}
}

// readParameters shows the boundary and the names that parameters hold, and the rest of a header
// piece by piece.
func readParameters(w *walker, s string, leaf Leaf) {
	disposition := leaf.Name == "Content-Disposition"
	media.EachParam(s, func(p media.Param) {
		l := Leaf{Text: p.Value, Role: leaf.Role, Name: "filename"}
		show := func(t string, at int) {
			l.Text = t
			w.in(frame{label: strings.TrimSuffix(p.Key, "*")}, func() { w.show(l, at) })
		}
		switch key := p.Key; {
		case key == "filename*" && disposition:
			n := strings.LastIndexByte(p.Value, '\'') + 1 // RFC 8187: charset, language and percent escapes
			at := p.At
			for leaf.Text = range strings.SplitSeq(p.Value[:n], "'") {
				w.show(leaf, at)
				at += len(leaf.Text) + 1
			}
			w.written(asPath, p.Value[n:], p.At+n, show)
		case key == "boundary" && !disposition:
			l.Role, l.Name = Boundary, key
			show(p.Value, p.At)
		case key == "name" && disposition:
			l.Role, l.Name = OptionName, strings.ToLower(p.Value)
			show(p.Value, p.At)
		case key == "filename" && disposition, key == "name":
			show(p.Value, p.At)
		default:
			leaf.Text = p.Piece
			w.show(leaf, p.Start)
		}
	})
}
