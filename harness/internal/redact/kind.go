package redact

import (
	"mime"
	"strings"
	"unicode/utf8"
)

// A media says what is known of a body beside its text: its type, and whether it is a
// file's bytes.
type media struct {
	kind   string // the Content-Type header
	file   bool   // it is what a file, photo or message holds
	signIn bool   // it is sent to a sign-in host
}

// A kind is how a body is read. It is decided once, by kindOf: what reads one kind never
// asks for another kind of the same text, so that reading ends.
type kind uint8

const (
	kindText      kind = iota
	kindJSON           // or what looks like it
	kindForm           // NAME=VALUE&...
	kindMultipart      // parts, each with a kind of its own
	kindTable          // CSV and its like
	kindNumber         // a count
	kindBytes          // a file: content as a whole
	kindImage          // a file whose first bytes stay
	kindOpaque         // bytes that are not content by the rules and no text
)

// kindOf decides how a body is read. Where bytes are not content, those of a file that are
// text are read as what they are: they are still searched for secrets.
func kindOf(s string, m media, bytes bool) kind {
	name, boundary := mediaType(m.kind)
	file, image := m.file && bytes, strings.HasPrefix(name, "image/")
	switch {
	case isJSON(s) && !file:
		return kindJSON
	case name == "application/x-www-form-urlencoded" && !file, m.signIn && strings.Contains(s, "=") && !strings.HasPrefix(s, "<"):
		return kindForm
	case strings.HasPrefix(name, "multipart/") && boundary != "":
		return kindMultipart
	case isReport(s), isTable(name) && !file && !isWide(s):
		return kindTable
	case bytes && image:
		return kindImage
	case bytes && (file || !utf8.ValidString(s)):
		return kindBytes
	case !utf8.ValidString(s) && (!isTextual(name) || isWide(s)):
		return kindOpaque
	case strings.HasPrefix(s, `"`): // a string alone is JSON too
		return kindJSON
	case isNumber(strings.TrimSpace(s)):
		return kindNumber
	}
	return kindText
}

// mediaType reads a Content-Type, however broken its parameters are.
func mediaType(header string) (name, boundary string) {
	name, params, err := mime.ParseMediaType(header)
	if err != nil {
		name, _, _ = strings.Cut(header, ";")
		name = strings.ToLower(strings.TrimSpace(name))
	}
	return name, params["boundary"]
}

// isTextual reports whether a type is that of text, in whatever character set.
func isTextual(name string) bool {
	return strings.HasPrefix(name, "text/") || strings.HasSuffix(name, "xml") || strings.HasSuffix(name, "json")
}

// isWide tells UTF-16 by its mark.
func isWide(s string) bool {
	return strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff")
}
