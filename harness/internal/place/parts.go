package place

import (
	"net/http"
	"strings"
)

// header reads the value of a header; its role is that of a message's, or a part's.
func (w entityReader) header(name, s string, role Role) {
	leaf := Leaf{Text: s, Role: role, Name: http.CanonicalHeaderKey(name)}
	switch leaf.Name {
	case "Content-Disposition", "Content-Type":
		w.parameters(s, leaf)
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
func (w entityReader) links(s string, leaf Leaf) {
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
		addressReader(w).address(s[open+1:end], open+1)
		at = end + 1
	}
}

// parameters shows the boundary and the names that parameters hold, and the rest of a header
// piece by piece.
func (w entityReader) parameters(s string, leaf Leaf) {
	disposition := leaf.Name == "Content-Disposition"
	eachParameter(s, func(p parameterOf) {
		l := Leaf{Text: p.value, Role: leaf.Role, Name: "filename"}
		show := func(at int) { w.labelled(p.key, func() { w.show(l, at) }) }
		switch key := p.key; {
		case key == "filename*" && disposition:
			n := strings.LastIndexByte(p.value, '\'') + 1 // RFC 8187: charset, language and percent escapes
			p.key = "filename"
			charset, _, _ := strings.Cut(p.value[:n], "'")
			leaf.Text = charset
			w.show(leaf, p.at)
			leaf.Text = strings.Trim(p.value[len(charset):n], "'")
			w.show(leaf, p.at+len(charset)+1)
			w.through(percent(p.value[n:], false), p.at+n, func(t string) { l.Text = t; show(0) })
		case key == "filename" && disposition, key == "name" && !disposition:
			show(p.at)
		case key == "boundary" && !disposition:
			l.Role, l.Name = Boundary, key
			show(p.at)
		case key == "name":
			l.Role, l.Name = OptionName, strings.ToLower(p.value)
			show(p.at)
		default:
			leaf.Text = p.piece
			w.show(leaf, p.start)
		}
	})
}

// A parameterOf a header: its key, in lower case, its value without quotes, and where that and
// the whole piece begin. What is no parameter has no key.
type parameterOf struct {
	key, value, piece string
	start, at         int
}

// eachParameter reads the pieces of a header between semicolons.
func eachParameter(s string, f func(p parameterOf)) {
	for at := 0; at < len(s); {
		end := at + parameterEnd(s[at:])
		p := parameterOf{piece: strings.TrimSpace(s[at:end])}
		p.start = at + strings.Index(s[at:end], p.piece)
		if key, value, valued := strings.Cut(p.piece, "="); valued {
			p.key, p.value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
			p.at = p.start + len(p.piece) - len(p.value)
			if n := len(p.value); n >= 2 && p.value[0] == '"' && p.value[n-1] == '"' {
				p.value, p.at = p.value[1:n-1], p.at+1
			}
		}
		if p.piece != "" {
			f(p)
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

// parameter is the value of a parameter of a header, as it is written there.
func parameter(header, name string) (is string) {
	eachParameter(header, func(p parameterOf) {
		if p.key == name && is == "" {
			is = p.value
		}
	})
	return is
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
