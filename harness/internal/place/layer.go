package place

import (
	"cmp"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
)

// layered reads a text that has a grammar of its own: JSON, an address, base64 of a text,
// markup, a prefix before an address. The caller of Rewrite is asked first, with Layered,
// and may replace the whole. It reports whether the text was such.
func (w *walker) layered(s string, base int, leaf Leaf) bool {
	located := leaf.Role == Header && strings.HasSuffix(leaf.Name, "Location")
	if len(s) < 3 && !located || w.depth >= mostDepth {
		return false
	}
	read, label := layerReader{w}.layerOf(s, leaf)
	if located && read == nil {
		read, label = func(base int) { addressReader{w}.address(s, base) }, ">"
	}
	if read == nil {
		return false
	}
	whole := leaf
	whole.Text, whole.Layered, whole.Markup = s, true, s[0] == '<' && label == ">"
	if w.show(whole, base) {
		return true
	}
	outer := w.outer
	w.outer = cmp.Or(outer, leaf.Name)
	w.push(frame{label: label})
	w.depth++
	read(base)
	w.depth--
	w.pop()
	w.outer = outer
	return true
}

// mayLayer reports whether layerOf has to look at a text, whatever its place, by its first
// bytes.
func mayLayer(s string) bool {
	if s == "" {
		return false
	}
	switch c := s[0]; {
	case c <= ' ', c == '{', c == '[', c == 0xEF, c == '/', c == 'u', c == '"', c == '\'', c == 'W', c == '<', c|0x20 == 's', c|0x20 == 'm':
		return true
	}
	return mayBeEncoded(s) || authority(s) > 0
}

// A layerReader recognises texts that have a grammar of their own.
type layerReader struct{ *walker }

// layerOf recognises what a text holds, by its first bytes and its shape.
func (w layerReader) layerOf(s string, leaf Leaf) (read func(base int), label string) {
	switch c := s[0]; {
	case (c <= ' ' || c == '{' || c == '[' || c == 0xEF) && isJSON(s):
		return func(base int) { readJSON(w.walker, s, base) }, ">json"
	case authority(s) > 0 && !strings.ContainsAny(s[:min(len(s), 2048)], " \n"):
		return func(base int) { addressReader(w).address(s, base) }, ">"
	case c == '/' && isPath(s), leaf.Role == Member && isAddress(leaf.Name, leaf.Parent):
		return func(base int) { addressReader(w).address(s, base) }, ">"
	case c == 'u' && strings.HasPrefix(s, "u!"):
		if plain := base64Text(s[2:], base64.RawURLEncoding); authority(plain) > 0 {
			return w.recoded(s, 2, plain, base64.RawURLEncoding, func(t string) { addressReader(w).address(t, 0) }), ">u!"
		}
	case c == '"' || c == '\'' || c == 'W' || c == '<':
		if n := enclosed(s, 1); n > 0 {
			return w.prefixed(s, n, len(s)-1, leaf), enclosures[c]
		}
	}
	switch c := s[0]; {
	case c == '<' && isMarkup(s):
		return func(base int) { markupReader(w).markup(s, base) }, ">"
	case c|0x20 == 's' && len(s) > 5 && s[4] == ':' && strings.EqualFold(s[:4], "smtp"):
		return w.prefixed(s, 5, len(s), leaf), ">smtp"
	case c|0x20 == 's' && len(s) > 5 && s[4] == ':' && strings.EqualFold(s[:3], "sip"):
		return w.prefixed(s, 5, len(s), leaf), ">" + strings.ToLower(s[:4])
	case c|0x20 == 'm' && len(s) > 7 && strings.EqualFold(s[:7], "mailto:"):
		return w.prefixed(s, 7, len(s), leaf), ">mailto"
	}
	if encoding, plain := encodedText(s); encoding != nil {
		return w.recoded(s, 0, plain, encoding, func(t string) { w.value(t, 0, Leaf{Role: Text, Name: leaf.Name, Parent: leaf.Parent}) }), ">base64"
	}
	return nil, ""
}

// value reads a text that may be layered.
func (w *walker) value(s string, base int, leaf Leaf) {
	if !w.layered(s, base, leaf) {
		leaf.Text = s
		w.show(leaf, base)
	}
}

// prefixed reads a value that stands between others: behind a scheme, in quotes.
func (w layerReader) prefixed(s string, start, end int, leaf Leaf) func(base int) {
	return func(base int) {
		leaf.Layered = false
		w.value(s[start:end], base+start, leaf)
	}
}

// enclosures are the layers of values in quotes, by the first byte.
var enclosures = map[byte]string{'"': ">quoted", '\'': ">literal", 'W': ">weak", '<': ">bracketed"}

// enclosed returns where the value begins that is all of a text but quotes around it: of an
// entity tag, or of a mail's id, which stands in angle brackets. It is 0 for other texts. Within is how many more quotes may
// stand within.
func enclosed(s string, within int) int {
	n, closing := 1, s[0]
	switch {
	case strings.HasPrefix(s, `W/"`):
		n, closing = 3, '"'
	case closing == 'W', closing == '<' && (strings.IndexByte(s, '@') < 0 || strings.ContainsAny(s, " \t\r\n")):
		return 0
	case closing == '<':
		closing = '>'
	}
	if len(s) <= n+1 || s[len(s)-1] != closing {
		return 0
	}
	if inner := s[n : len(s)-1]; strings.IndexByte(inner, closing) >= 0 && (within == 0 || enclosed(inner, within-1) == 0) {
		return 0
	}
	return n
}

// recoded reads what an encoding holds from byte n of s on; if anything in it is replaced
// it is encoded anew.
func (w layerReader) recoded(s string, n int, plain string, encoding *base64.Encoding, read func(t string)) func(base int) {
	return func(base int) {
		is := w.whole("", plain, read)
		if is == plain {
			return
		}
		text := encoding.EncodeToString([]byte(is))
		w.edits = append(w.edits, edit.Edit{Start: base + n, End: base + len(s), Text: text})
	}
}

// base64Text decodes base64 that holds readable text; "" where it does not.
func base64Text(s string, encoding *base64.Encoding) string {
	plain, err := encoding.DecodeString(s)
	if err != nil || !isReadable(plain) || encoding.EncodeToString(plain) != s {
		return ""
	}
	return string(plain)
}

// encodedText recognises base64 of a text that has a grammar of its own: of other texts
// nothing tells base64 from a word.
func encodedText(s string) (*base64.Encoding, string) {
	if !mayBeEncoded(s) {
		return nil, ""
	}
	for i := range min(len(s), 64) {
		if c := s[i]; !ascii.IsAlnum(c) && strings.IndexByte("+/-_=", c) < 0 {
			return nil, ""
		}
	}
	encoding := base64.RawStdEncoding
	switch {
	case strings.ContainsAny(s, "-_"):
		encoding = base64.RawURLEncoding
	case len(s)%4 == 0: // another text may need the padding that this one does without
		encoding = base64.StdEncoding
	}
	plain := base64Text(s, encoding)
	if plain == "" || !isJSON(plain) && !isMarkup(plain) && authority(plain) == 0 && !looksLikeMIME(plain) {
		return nil, ""
	}
	return encoding, plain
}

// mayBeEncoded goes by how <, [, {, blanks and letters that begin such texts are encoded.
func mayBeEncoded(s string) bool {
	return len(s) >= 16 && strings.IndexByte("PWewdIMuaUiDC", s[0]) >= 0
}

// isReadable reports whether bytes are a text: UTF-8 without control characters.
func isReadable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isAddress reports whether a member holds an address, though it may begin with no slash: a
// part of a batch, a reference.
func isAddress(name, parent string) bool {
	return name == "url" && parent == "requests" || name == "@odata.id" || strings.HasSuffix(name, "@odata.bind")
}

// isPath tells a relative address from base64, which begins with a slash at times (JPEG
// data: /9j/4AAQ), and from a text.
func isPath(s string) bool {
	if len(s) < 2 || !ascii.IsLetter(s[1]) && s[1] != '$' && s[1] != '_' && s[1] != '/' || len(s) > 4096 || strings.HasSuffix(s, "=") && !strings.Contains(s, "?") {
		return false
	}
	return !strings.ContainsAny(s, " \n\t\"<>")
}
