package place

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// layerOf recognises what a text holds, by its first bytes and its shape. The value of
// Location is an address, whatever else it looks like.
func layerOf(w *walker, s string, leaf Leaf) (read func(base int), label string) {
	located := leaf.Role == Header && strings.HasSuffix(leaf.Name, "Location")
	if len(s) < 3 && !located {
		return nil, ""
	}
	c := s[0]
	switch {
	case (c <= ' ' || c == '{' || c == '[' || c == 0xEF) && media.IsJSON(s):
		return func(base int) { readJSON(w, s, base) }, ">json"
	case authority(s) > 0 && !strings.ContainsAny(s[:min(len(s), 2048)], " \n"),
		located, c == '/' && isPath(s), leaf.Role == Member && isAddress(leaf.Name, leaf.Parent):
		return func(base int) { readAddress(w, s, base) }, ">"
	case isSite(s):
		return func(base int) {
			host := len(s) - len(siteIDs)
			w.in(frame{label: "host"}, func() { w.show(Leaf{Text: s[:host], Role: Host}, base) })
			w.value(s[host+1:], base+host+1, Leaf{Role: leaf.Role, Name: leaf.Name, Parent: leaf.Parent})
		}, ">site"
	case strings.HasPrefix(s, "u!"):
		if plain := base64Text(s[2:], base64.RawURLEncoding); authority(plain) > 0 {
			return func(base int) {
				w.recoded("", plain, base+2, base+len(s), encoder(base64.RawURLEncoding), func(t string) { readAddress(w, t, 0) })
			}, ">u!"
		}
	}
	if start, end, label := wrapped(s); label != "" {
		return func(base int) { w.value(s[start:end], base+start, leaf) }, label
	}
	if c == '<' && media.IsMarkup(s) {
		return func(base int) { readMarkup(w, s, base) }, ">"
	}
	if encoding, plain := encodedText(s); encoding != nil {
		inner := Leaf{Role: Text, Name: leaf.Name, Parent: leaf.Parent}
		return func(base int) {
			w.recoded("", plain, base, base+len(s), encoder(encoding), func(t string) { w.value(t, 0, inner) })
		}, ">base64"
	}
	return nil, ""
}

func encoder(encoding *base64.Encoding) func(plain string) string {
	return func(plain string) string { return encoding.EncodeToString([]byte(plain)) }
}

// mayLayer reports whether a text has to be looked at, whatever its place, by its first bytes.
func mayLayer(s string) bool {
	return s != "" && (layerStarts[s[0]] || mayBeEncoded(s) || authority(s) > 0 || isSite(s) ||
		len(s) > 5 && s[4] == ':' || len(s) > 7 && s[6] == ':') // smtp:, sips:, mailto:
}

var layerStarts = ascii.SetOf(func(c byte) bool { return c <= ' ' || strings.IndexByte("{[\xEF/u\"'W<", c) >= 0 })

// authority returns where the host of an absolute address begins, 0 for a relative one.
func authority(s string) int {
	k := strings.IndexByte(s[:min(len(s), 17)], ':')
	if k <= 0 || !strings.HasPrefix(s[k:], "://") {
		return 0
	}
	for i := range k {
		if !ascii.IsAlnum(s[i]) && strings.IndexByte("+-.", s[i]) < 0 {
			return 0
		}
	}
	return k + 3
}

// siteIDs is how the id of a site ends, HOST,GUID,GUID: x is a hexadecimal digit.
const siteIDs = ",xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx,xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

// isSite reports whether a text has the form of a site's id.
func isSite(s string) bool {
	host := len(s) - len(siteIDs)
	if host < 1 || s[host] != ',' {
		return false
	}
	for n, c := range []byte(siteIDs) {
		if is := s[host+n]; is != c && (c != 'x' || !ascii.IsHex(is)) {
			return false
		}
	}
	return strings.IndexByte(s[:host], '.') > 0 && ascii.All(s[:host], ascii.IsHost)
}

// isAddress reports whether a member holds an address, though it may begin with no slash: a
// part of a batch, a reference.
func isAddress(name, parent string) bool {
	return name == "url" && parent == "requests" || isReference(name)
}

func isReference(name string) bool {
	return name == "@odata.id" || strings.HasSuffix(name, "@odata.bind")
}

// isPath distinguishes a relative address from base64, which begins with a slash at times (JPEG
// data: /9j/4AAQ), and from a text.
func isPath(s string) bool {
	if len(s) < 2 || len(s) > 4096 || !ascii.IsLetter(s[1]) && strings.IndexByte("$_/", s[1]) < 0 {
		return false
	}
	return (!strings.HasSuffix(s, "=") || strings.Contains(s, "?")) && !strings.ContainsAny(s, " \n\t\"<>")
}

// wrappings are what a value may stand in: quotes, of which an entity tag has its own, angle
// brackets, or behind a scheme.
var wrappings = [...]struct{ begins, ends, label string }{
	{`W/"`, `"`, ">weak"}, {`"`, `"`, ">quoted"}, {"'", "'", ">literal"}, {"<", ">", ">bracketed"},
	{"smtp:", "", ">smtp"}, {"sips:", "", ">sips"}, {"mailto:", "", ">mailto"},
}

// wrapped finds the value that is all of a text but its wrapping, of which the label is "" for
// other texts, such as several values in quotes.
func wrapped(s string) (start, end int, label string) {
	for _, w := range wrappings {
		start, end = len(w.begins), len(s)-len(w.ends)
		if start >= end || !strings.EqualFold(s[:start], w.begins) || s[end:] != w.ends || w.begins == "<" && !isMailID(s) {
			continue
		}
		inner := strings.Trim(s[start:end], "W/"+w.ends) // of an entity tag in quotes what is quoted twice
		if w.ends == "" || !strings.Contains(inner, w.ends) {
			return start, end, w.label
		}
	}
	return 0, 0, ""
}

// isMailID reports whether a text in angle brackets may be the id of a mail, or what stands
// for one, such as value12-abcd, and is no markup.
var isMailID = regexp.MustCompile(`^<(?:[^\s<>]*@[^\s<>]*|[0-9A-Za-z]*[A-Za-z]\d+-[A-Za-z]{4})>$`).MatchString

// isQuoted reports whether a text stands in single quotes.
func isQuoted(s string) bool { return len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' }

// base64Text decodes base64 that holds readable text; "" where it does not.
func base64Text(s string, encoding *base64.Encoding) string {
	plain, err := encoding.DecodeString(s)
	if err != nil || !isReadable(plain) || encoding.EncodeToString(plain) != s {
		return ""
	}
	return string(plain)
}

// encodedText recognises base64 of a text that has a grammar of its own: of other texts
// base64 cannot be distinguished from a word.
func encodedText(s string) (*base64.Encoding, string) {
	isDigit := func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("+/-_=", c) >= 0 }
	if !mayBeEncoded(s) || !ascii.All(s[:min(len(s), 64)], isDigit) { // without the allocations of decoding, for words and sentences
		return nil, ""
	}
	encoding := base64.RawStdEncoding
	switch {
	case strings.ContainsAny(s, "-_"):
		encoding = base64.RawURLEncoding
	case len(s)%4 == 0: // another text may need the padding that this one does without
		encoding = base64.StdEncoding
	}
	plain := base64Text(s, encoding)
	if plain == "" || !media.IsJSON(plain) && !media.IsMarkup(plain) && authority(plain) == 0 && !media.IsMail(plain) {
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
	control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }
	return utf8.Valid(b) && !bytes.ContainsFunc(b, control)
}

// standsForName recognises what stands for the name of a property.
var standsForName = regexp.MustCompile(`^member\d+-[A-Za-z]{4}$`).MatchString

// indexAny is strings.IndexAny, or the end.
func indexAny(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// indexUnquoted finds a character that stands in no literal, or the end.
func indexUnquoted(s string, c byte) int {
	i := 0
	for ; i < len(s) && s[i] != c; i++ {
		if s[i] == '\'' && i > 0 && strings.IndexByte("(=, ", s[i-1]) >= 0 { // one that nothing closes is a character like others
			i += 1 + strings.IndexByte(s[i+1:], '\'')
		}
	}
	return i
}
