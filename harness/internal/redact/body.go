package redact

import (
	"encoding/base64"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// body looks at a decoded body.
func (p *pass) body(s string, m media) {
	switch kindOf(s, m, p.on[contentBytes]) {
	case kindJSON:
		p.json(s, 0)
	case kindForm:
		p.form = true
		p.query(s, 0)
		p.form = false
	case kindMultipart:
		_, boundary := mediaType(m.kind)
		p.multipart(s, 0, boundary)
	case kindTable:
		p.table(s, m.kind)
	case kindBytes, kindImage:
		p.file(s, strings.HasPrefix(strings.ToLower(m.kind), "image/"))
	case kindText:
		p.text(s, 0)
	case kindNumber, kindOpaque:
	}
}

// file replaces a file's bytes. Their first four stay where the file is no text, which tell
// what kind of file it is.
func (p *pass) file(s string, image bool) {
	const magic = 4
	switch {
	case len(s) > magic && strings.Trim(s[magic:], "\x00") == "": // it was redacted before
	case utf8.ValidString(s) && !image:
		p.add(0, len(s), contentBytes, s, answer{fillerOf(len(s)), true})
	case len(s) > magic:
		p.add(magic, len(s), contentBytes, s[magic:], answer{strings.Repeat("\x00", len(s)-magic), true})
	}
}

// multipart looks at the parts of a multipart body, each by its own type.
func (p *pass) multipart(s string, base int, boundary string) {
	delimiter := "--" + boundary
	at := strings.Index(s, delimiter)
	if at < 0 || p.parts >= maxDepth {
		p.text(s, base)
		return
	}
	p.text(s[:at], base)
	for at >= 0 {
		start := at + len(delimiter)
		next := strings.Index(s[start:], delimiter)
		end := len(s)
		if next >= 0 {
			end = start + next
		}
		p.bodyPart(s[start:end], base+start)
		at = -1
		if next >= 0 {
			at = end
		}
	}
}

// bodyPart looks at one part: its headers, an empty line, its body.
func (p *pass) bodyPart(s string, base int) {
	head, gap := strings.Index(s, "\r\n\r\n"), 4
	if head < 0 {
		head, gap = strings.Index(s, "\n\n"), 2
	}
	if head < 0 {
		p.text(s, base)
		return
	}
	headers := s[:head]
	p.partHeaders(headers, base)
	body := strings.TrimRight(s[head+gap:], "\r\n")
	at := base + head + gap
	kind, name := "", ""
	for line := range strings.Lines(headers) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch strings.ToLower(key) {
		case "content-type":
			kind = strings.TrimSpace(value)
		case "content-disposition":
			_, params, _ := mime.ParseMediaType(strings.TrimSpace(value))
			name = params["name"]
		}
	}
	p.through(&view{text: body, raw: body, at: inPlace(len(body)), spell: func(c byte) string { return string([]byte{c}) }, safe: func(byte) bool { return true }},
		at, func(t string) {
			if f := p.formField(name); f != nil {
				p.treat(f, t, 0)
				return
			}
			p.depth-- // a part is no text within a text
			p.parts++
			p.body(t, media{kind: kind, file: strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "application/octet-stream")})
			p.parts--
			p.depth++
		})
}

func (p *pass) formField(name string) *field {
	p.form = true
	defer func() { p.form = false }()
	return p.optionField(name)
}

// inPlace maps n positions to themselves.
func inPlace(n int) []int32 {
	at := make([]int32, n+1)
	for i := range at {
		at[i] = int32(i)
	}
	return at
}

func (p *pass) partHeaders(s string, base int) {
	at := base
	for line := range strings.Lines(s) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			trimmed := strings.TrimLeft(value, " ")
			p.header(strings.TrimSpace(key), strings.TrimRight(trimmed, "\r\n"), at+len(line)-len(trimmed))
		}
		at += len(line)
	}
}

// header looks at the value of a header.
func (p *pass) header(name, value string, base int) {
	f := members.find(name)
	switch {
	case f != nil && f.within == nil && table[f.rule].Class == Secret:
		p.treat(f, value, base)
	case graph.IsLinkHeader(name):
		p.redirect(value, base)
	case strings.EqualFold(name, "Content-Disposition"):
		p.disposition(value, base)
	case strings.EqualFold(name, "Content-Type"):
		p.contentType(value, base)
	default:
		p.text(value, base)
	}
}

// contentType leaves a boundary alone that looks like an id: SDKs draw it for each body,
// where it has to stay the same.
func (p *pass) contentType(s string, base int) {
	_, params, err := mime.ParseMediaType(s)
	boundary := params["boundary"]
	at := strings.LastIndex(s, boundary)
	if err != nil || boundary == "" || at < 0 || strings.Trim(boundary, "0123456789abcdefABCDEF-") != "" {
		p.text(s, base)
		return
	}
	p.text(s[:at], base)
	p.text(s[at+len(boundary):], base+at+len(boundary))
}

// disposition looks at the file name in Content-Disposition.
func (p *pass) disposition(s string, base int) {
	at := strings.Index(s, "filename=")
	if at < 0 {
		p.text(s, base)
		return
	}
	at += len("filename=")
	name, _, _ := strings.Cut(s[at:], ";")
	if quoted, ok := strings.CutPrefix(name, `"`); ok {
		name, at = strings.TrimSuffix(quoted, `"`), at+1
	}
	p.treat(&fileNames, name, base+at)
}

// encodedBody looks at the body of a batch part: what is not JSON there is base64
// (concepts/json-batching).
func (p *pass) encodedBody(s string, base int) {
	plain, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(plain) < 6 {
		p.free(s, base)
		return
	}
	if !utf8.Valid(plain) {
		if p.on[contentBytes] {
			p.add(base, base+len(s), contentBytes, s, answer{base64Filler(s), true})
		}
		return
	}
	body := string(plain)
	renamed, known := p.renamed(func() { p.body(body, media{}) }, body)
	if renamed != body {
		r := contentBytes
		if p.trial {
			r = secretLogin // what is in it may be anything
		}
		p.add(base, base+len(s), r, s, answer{base64.StdEncoding.EncodeToString([]byte(renamed)), known})
	}
}
