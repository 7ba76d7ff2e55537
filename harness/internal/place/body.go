package place

import (
	"encoding/csv"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
)

// BodyKind is how a body is read: decided once, for recording and replay alike.
type BodyKind uint8

// The kinds of body.
const (
	JSON BodyKind = iota + 1
	Form
	Multipart
	Table // CSV
	XML   // or HTML
	Mail  // a MIME message
	Plain
	File // what a file, photo or message holds
)

// KindOf says how the body of a message is read, its media type in lower case, and the
// boundary of its parts.
func (m *Message) KindOf() (kind BodyKind, media, boundary string) {
	head := first(m.Header, "Content-Type")
	media = mediaType(head)
	if strings.HasPrefix(media, "multipart/") {
		if boundary = m.boundary; boundary == "" {
			boundary = parameter(head, "boundary")
		}
		if boundary == "" { // an SDK forgot to tell it
			line, _, _ := strings.Cut(m.Body, "\n")
			boundary = strings.TrimPrefix(strings.TrimSuffix(line, "\r"), "--")
		}
		if len(partsOf(m.Body, boundary)) > 0 {
			return Multipart, media, boundary
		}
	}
	switch file := m.isFile(media); {
	case !utf8.ValidString(m.Body), file:
		return File, media, ""
	case media == "application/x-www-form-urlencoded" && m.Method != http.MethodPut:
		return Form, media, ""
	case media == "text/csv", media == "text/tab-separated-values", isReport(m.Body):
		return Table, media, ""
	case isJSON(m.Body), isJSONType(media) && strings.TrimSpace(m.Body) != "":
		return JSON, media, ""
	case isMarkup(m.Body):
		return XML, media, ""
	case looksLikeMIME(m.Body):
		return Mail, media, ""
	}
	return Plain, media, ""
}

func isJSONType(kind string) bool {
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

func mediaType(value string) string {
	kind, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

func first(h http.Header, name string) string {
	for key, values := range h {
		if len(values) > 0 && len(key) == len(name) && strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}

// isFile reports whether the body is what a file, photo or message holds: it is asked for
// or sent by an address of one, off Graph, or as a slice of an upload.
func (m *Message) isFile(kind string) bool {
	path, _, _ := strings.Cut(m.Address, "?")
	bytes := strings.HasSuffix(path, "/content") || strings.HasSuffix(path, "/$value") || strings.HasSuffix(path, "/%24value") || strings.HasSuffix(path, "/contentStream")
	upload := m.Method == http.MethodPut && (first(m.Header, "Content-Range") != "" || bytes || !m.Answer && !isJSONType(kind))
	switch {
	case m.Answer:
		if !bytes && isReport(m.Body) {
			return false
		}
		return m.Status/100 == 2 && m.Method == http.MethodGet && (bytes && !isGraphError(m.Body) || first(m.Header, "Content-Range") != "" || strings.EqualFold(contentDisposition(m.Header), "attachment")) ||
			strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "video/") || strings.HasPrefix(kind, "audio/") || kind == "application/octet-stream" && !isJSON(m.Body) && !isReport(m.Body)
	case upload:
		return true
	}
	return strings.HasPrefix(kind, "image/") || kind == "application/octet-stream"
}

func isGraphError(body string) bool { return strings.HasPrefix(strings.TrimSpace(body), `{"error":`) }

func contentDisposition(h http.Header) string {
	kind, _, _ := strings.Cut(first(h, "Content-Disposition"), ";")
	return strings.TrimSpace(kind)
}

// body reads a body.
func (w *walker) body(m *Message, s string) {
	kind, media, boundary := m.KindOf()
	switch {
	case (kind == Multipart || kind == Mail) && w.depth >= mostDepth:
		w.show(Leaf{Text: s, Role: Text}, 0)
	case kind == JSON:
		readJSON(w, s, 0)
	case kind == Form:
		w.frames[len(w.frames)-1].label = ""
		addressReader{w}.options(s, 0, true)
	case kind == Multipart:
		if f := &w.frames[len(w.frames)-1]; f.label == "body" {
			f.label = ""
		}
		entityReader{w}.multipart(s, 0, boundary)
	case kind == Table:
		tableReader{w}.table(s)
	case kind == XML:
		markupReader{w}.markup(s, 0)
	case kind == Mail:
		entityReader{w}.entity(s, 0, nil)
	case kind == File:
		declared := Message{Method: m.Method, Address: m.Address, Answer: m.Answer, Status: m.Status, Header: m.Header, Body: "-"}
		w.show(Leaf{Text: s, Role: Bytes, File: true, Declared: declared.isFile(media), Kind: media}, 0)
	default:
		w.value(s, 0, Leaf{Role: Text})
	}
}

// isReport recognises the reports of usage, which are CSV whatever their type says
// (v1.0/api/reportroot pages).
func isReport(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "\ufeff"), `"`)
	rest, ok := strings.CutPrefix(s, "Report Refresh Date")
	return ok && rest != "" && strings.IndexByte("\",;\t|", rest[0]) >= 0
}

// A tableReader reads CSV.
type tableReader struct{ *walker }

// table reads CSV whose first line names the columns.
func (w tableReader) table(s string) {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	r.Comma = separatorOf(s)
	lines := lineStarts(s)
	var columns []string
	for record := 0; ; record++ {
		cells, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			w.show(Leaf{Text: s[r.InputOffset():], Role: Text}, int(r.InputOffset()))
			return
		}
		shifted := record > 0 && len(cells) > len(columns)
		for n, cell := range cells {
			line, column := r.FieldPos(n)
			start := lines[line-1] + column - 1
			leaf := Leaf{Role: Cell}
			switch {
			case record == 0:
				columns = append(columns, strings.TrimPrefix(cell, "\ufeff"))
				leaf.Role, leaf.Name = ColumnName, columns[n]
			case n < len(columns) && !shifted:
				leaf.Name = columns[n]
			}
			w.push(frame{index: record + 1})
			w.push(frame{index: n + 1})
			w.cell(s, start, cell, leaf)
			w.pop()
			w.pop()
		}
	}
}

// cell shows a cell, which stands at start, in quotes or not.
func (w tableReader) cell(s string, start int, cell string, leaf Leaf) {
	if start < len(s) && strings.HasPrefix(s[start:], "\ufeff") {
		start += len("\ufeff")
		cell = strings.TrimPrefix(cell, "\ufeff")
	}
	if cell == "" || start >= len(s) {
		return
	}
	if s[start] != '"' {
		if strings.HasPrefix(s[start:], cell) {
			w.bare(cell, start, leaf)
		}
		return
	}
	start++
	if strings.HasPrefix(s[start:], cell) && strings.IndexByte(cell, '"') < 0 {
		w.spelled(asCell, func() { w.value(cell, start, leaf) })
		return
	}
	end := start
	for end < len(s) && (s[end] != '"' || end+1 < len(s) && s[end+1] == '"') {
		if s[end] == '"' {
			end++
		}
		end++
	}
	v := doubled(s[start:min(end, len(s))])
	w.through(v, start, func(t string) { w.value(t, 0, leaf) })
}

// bare shows a cell without quotes; what replaces it is quoted where it has to be.
func (w tableReader) bare(cell string, start int, leaf Leaf) {
	first := len(w.edits)
	w.value(cell, start, leaf)
	own := slices.Clone(w.edits[first:])
	move(own, -start)
	if is := edit.Apply(cell, own); strings.ContainsAny(is, "\",;\t|\r\n") && is != cell {
		w.edits = append(w.edits[:first], edit.Edit{Start: start, End: start + len(cell), Text: `"` + asCell.encode(is) + `"`})
	}
}

// doubled decodes a quoted cell, in which quotes are doubled.
func doubled(raw string) *view {
	v := &view{spelling: asCell, raw: raw}
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		v.at = append(v.at, int32(i))
		b = append(b, raw[i])
		if raw[i] == '"' && i+1 < len(raw) && raw[i+1] == '"' {
			i++
		}
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

func separatorOf(s string) rune {
	line, _, _ := strings.Cut(s, "\n")
	best, most := ',', strings.Count(line, ",")
	for _, c := range ";\t|" {
		if n := strings.Count(line, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

func lineStarts(s string) []int {
	starts := []int{0}
	for i := range len(s) {
		if s[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
