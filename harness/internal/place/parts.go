package place

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"
)

// multipart reads the parts of a multipart body, each by its own headers. Parts count by
// their place in the text; a part that is a form's field is known by its name.
func (w *walker) multipart(s string, base int, boundary string) {
	delimiter := "--" + boundary
	at := strings.Index(s, delimiter)
	if at < 0 || w.depth >= mostDepth {
		w.show(Leaf{Text: s, Role: Text}, base)
		return
	}
	w.show(Leaf{Text: strings.TrimRight(s[:at], "\r\n"), Role: Text}, base)
	w.depth++
	defer func() { w.depth-- }()
	for n := 0; at >= 0; n++ {
		start := at + len(delimiter)
		end, next := len(s), strings.Index(s[start:], "\n"+delimiter)
		if next >= 0 {
			end, at = start+next, start+next+1
			if end > start && s[end-1] == '\r' {
				end--
			}
		} else {
			at = -1
		}
		if rest := s[start:end]; strings.HasPrefix(rest, "--") { // what follows the last part
			w.show(Leaf{Text: strings.Trim(rest[2:], "\r\n"), Role: Text}, base+start+2+len(rest[2:])-len(strings.TrimLeft(rest[2:], "\r\n")))
			return
		}
		w.push(frame{label: "part", index: n + 1})
		w.part(s[start:end], base+start)
		w.pop()
	}
}

// part reads one part: its headers, an empty line, its body.
func (w *walker) part(s string, base int) {
	skipped := len(s) - len(strings.TrimLeft(s, " \t"))
	s, base = s[skipped:], base+skipped
	nl := len(s) - len(strings.TrimPrefix(strings.TrimPrefix(s, "\r"), "\n"))
	head, body := headEnd(s, nl)
	h := w.partHeaders(s[nl:max(nl, head)], base+nl)
	m := Message{Header: h, Body: s[body:]}
	if name := dispositionParam(first(h, "Content-Disposition"), "name"); name != "" {
		w.push(frame{label: "form", name: name})
		defer w.pop()
		if utf8.ValidString(m.Body) && !isJSON(m.Body) && dispositionParam(first(h, "Content-Disposition"), "filename") == "" && first(h, "Content-Type") == "" {
			w.value(m.Body, base+body, Leaf{Role: Field, Name: name})
			return
		}
	}
	if first(h, "Content-Transfer-Encoding") != "" && strings.EqualFold(first(h, "Content-Transfer-Encoding"), "base64") {
		w.transferred(m, base+body)
		return
	}
	if dispositionParam(first(h, "Content-Disposition"), "filename") != "" {
		kind, _ := mediaType(first(h, "Content-Type"))
		w.show(Leaf{Text: m.Body, Role: Bytes, File: true, Kind: kind}, base+body)
		return
	}
	w.push(frame{label: "body"})
	w.within(base+body, m.Body, func() { w.body(&m, m.Body) })
	w.pop()
}

// within reads a part of the current text as a text of its own.
func (w *walker) within(base int, s string, read func()) {
	first := len(w.edits)
	read()
	for i := first; i < len(w.edits); i++ {
		w.edits[i].start += base
		w.edits[i].end += base
	}
}

// transferred reads the base64 of a mail's part.
func (w *walker) transferred(m Message, base int) {
	packed := strings.Map(func(c rune) rune {
		if c == '\r' || c == '\n' || c == ' ' {
			return -1
		}
		return c
	}, m.Body)
	plain, err := base64.StdEncoding.DecodeString(packed)
	kind, _ := mediaType(first(m.Header, "Content-Type"))
	if err != nil || !isReadable(plain) || !strings.HasPrefix(kind, "text/") && !isJSONType(kind) {
		w.show(Leaf{Text: m.Body, Role: Bytes, File: true, Kind: kind}, base)
		return
	}
	inner := Message{Header: m.Header.Clone(), Body: string(plain)}
	inner.Header.Del("Content-Transfer-Encoding")
	is := w.whole(">base64", inner.Body, func(s string) { w.body(&inner, s) })
	if is != inner.Body {
		w.edits = append(w.edits, edit{base, base + len(m.Body), base64.StdEncoding.EncodeToString([]byte(is))})
	}
}

// headEnd finds the empty line behind headers: where they end and the body begins. Without
// one, all is body.
func headEnd(s string, from int) (head, body int) {
	if strings.HasPrefix(s[from:], "\r\n") {
		return from, from + 2
	}
	if strings.HasPrefix(s[from:], "\n") {
		return from, from + 1
	}
	if i := strings.Index(s[from:], "\r\n\r\n"); i >= 0 {
		return from + i, from + i + 4
	}
	if i := strings.Index(s[from:], "\n\n"); i >= 0 {
		return from + i, from + i + 2
	}
	return from, from
}

// partHeaders reads the headers of a part, line by line; a line that begins with a blank
// goes on with the one before.
func (w *walker) partHeaders(s string, base int) http.Header {
	h := http.Header{}
	for at := 0; at < len(s); {
		end := at + indexAny(s[at:], "\n")
		for end+1 < len(s) && (s[end+1] == ' ' || s[end+1] == '\t') {
			end += 1 + indexAny(s[end+1:], "\n")
		}
		line := strings.TrimRight(s[at:end], "\r")
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			w.show(Leaf{Text: line, Role: Text}, base+at)
		} else {
			trimmed := strings.TrimLeft(value, " \t")
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			h.Add(name, trimmed)
			start := base + at + len(line) - len(trimmed)
			w.push(frame{label: "header", name: name})
			w.within(start, trimmed, func() { w.header(name, trimmed) })
			w.pop()
		}
		at = end + 1
	}
	return h
}

// dispositionParam reads a parameter of Content-Disposition.
func dispositionParam(value, name string) string {
	_, params := mediaType(value)
	return params[name]
}

// header reads the value of a header.
func (w *walker) header(name, s string) {
	leaf := Leaf{Text: s, Role: Header, Name: http.CanonicalHeaderKey(name)}
	switch leaf.Name {
	case "Content-Disposition":
		w.parameters(s, leaf, "filename", "filename*", "name")
		return
	case "Content-Type":
		w.parameters(s, leaf, "name")
		return
	case "Link":
		w.links(s, leaf)
		return
	}
	if !w.layered(s, 0, leaf) {
		w.show(leaf, 0)
	}
}

// links reads the value of Link: addresses between < and >, and their parameters.
func (w *walker) links(s string, leaf Leaf) {
	for at := 0; at < len(s); {
		open := at + indexAny(s[at:], "<")
		if rest := strings.Trim(s[at:open], " ,;"); rest != "" {
			leaf.Text = rest
			w.show(leaf, at+strings.Index(s[at:], rest))
		}
		if open == len(s) {
			return
		}
		end := open + indexAny(s[open:], ">")
		w.address(s[open+1:end], open+1)
		at = end + 1
	}
}

// isField reports whether a Content-Disposition is that of a form's field.
func isField(disposition string) bool {
	kind, _ := mediaType(disposition)
	return kind == "form-data"
}

// parameters shows the named parameters of a header as file names, that of a form's field as
// its name, and the rest as it is.
func (w *walker) parameters(s string, leaf Leaf, names ...string) {
	for at := 0; at < len(s); {
		end := at + parameterEnd(s[at:])
		piece := s[at:end]
		key, value, valued := strings.Cut(piece, "=")
		trimmed := strings.ToLower(strings.TrimSpace(key))
		shown := false
		for _, name := range names {
			if valued && trimmed == name {
				start := at + len(key) + 1
				if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
					value, start = value[1:len(value)-1], start+1
				}
				role := FileName
				if isField(s) && name == "name" {
					role = OptionName
				}
				w.show(Leaf{Text: value, Role: role, Name: name}, start)
				shown = true
			}
		}
		if !shown {
			leaf.Text = strings.TrimSpace(piece)
			w.show(leaf, at+strings.Index(piece, leaf.Text))
		}
		at = end + 1
	}
}

func parameterEnd(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return i
		}
	}
	return len(s)
}

// looksLikeMIME reports whether a text begins with headers of a mail.
func looksLikeMIME(s string) bool {
	line, _, ok := strings.Cut(s, "\n")
	name, _, colon := strings.Cut(line, ":")
	if !ok || !colon || len(name) > 40 {
		return false
	}
	switch strings.ToLower(name) {
	case "mime-version", "from", "to", "subject", "date", "received", "message-id", "content-type", "return-path", "x-ms-exchange-organization-scl", "delivered-to", "reply-to", "sender", "cc":
		return strings.Contains(s, "\n\n") || strings.Contains(s, "\r\n\r\n")
	}
	return false
}

// mail reads a MIME message: headers, and a body of one part or several.
func (w *walker) mail(s string, base int) {
	head, body := headEnd(s, 0)
	h := w.partHeaders(s[:head], base)
	m := Message{Header: h, Body: s[body:]}
	kind, params := mediaType(first(h, "Content-Type"))
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		w.multipart(m.Body, base+body, params["boundary"])
	case strings.EqualFold(first(h, "Content-Transfer-Encoding"), "base64"):
		w.transferred(m, base+body)
	default:
		w.push(frame{label: "body"})
		w.value(m.Body, base+body, Leaf{Role: Text})
		w.pop()
	}
}
