package place

import (
	"encoding/base64"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// enclosures are the layers of values in quotes, by the first byte.
var enclosures = map[byte]string{'"': ">quoted", '\'': ">literal", 'W': ">weak", '<': ">bracketed"}

// layerOf recognises what a text holds, by its first bytes and its shape. The value of
// Location is an address, whatever it looks like.
func layerOf(w *walker, s string, leaf Leaf) (read func(base int), label string) {
	located := leaf.Role == Header && strings.HasSuffix(leaf.Name, "Location")
	if len(s) >= 3 || located {
		read, label = formOf(w, s, leaf)
	}
	if read == nil && located {
		return func(base int) { readAddress(w, s, base) }, ">"
	}
	return read, label
}

func formOf(w *walker, s string, leaf Leaf) (read func(base int), label string) {
	c := s[0]
	switch {
	case (c <= ' ' || c == '{' || c == '[' || c == 0xEF) && media.IsJSON(s):
		return func(base int) { readJSON(w, s, base) }, ">json"
	case authority(s) > 0 && !strings.ContainsAny(s[:min(len(s), 2048)], " \n"),
		c == '/' && isPath(s), leaf.Role == Member && isAddress(leaf.Name, leaf.Parent):
		return func(base int) { readAddress(w, s, base) }, ">"
	case isSite(s):
		return func(base int) {
			ids := len(s) - siteIDs
			w.in(frame{label: "host"}, func() { w.show(Leaf{Text: s[:ids-1], Role: Host}, base) })
			w.value(s[ids:], base+ids, Leaf{Role: leaf.Role, Name: leaf.Name, Parent: leaf.Parent})
		}, ">site"
	case strings.HasPrefix(s, "u!"):
		if plain := base64Text(s[2:], base64.RawURLEncoding); authority(plain) > 0 {
			return recoded(w, s, 2, plain, base64.RawURLEncoding, func(t string) { readAddress(w, t, 0) }), ">u!"
		}
	case enclosures[c] != "":
		if n := enclosed(s, 1); n > 0 {
			return between(w, s, n, len(s)-1, leaf), enclosures[c]
		}
	}
	if c == '<' && media.IsMarkup(s) {
		return func(base int) { readMarkup(w, s, base) }, ">"
	}
	switch c |= 0x20; {
	case c == 's' && len(s) > 5 && s[4] == ':' && strings.EqualFold(s[:4], "smtp"):
		return between(w, s, 5, len(s), leaf), ">smtp"
	case c == 's' && len(s) > 5 && s[4] == ':' && strings.EqualFold(s[:3], "sip"):
		return between(w, s, 5, len(s), leaf), ">" + strings.ToLower(s[:4])
	case c == 'm' && len(s) > 7 && strings.EqualFold(s[:7], "mailto:"):
		return between(w, s, 7, len(s), leaf), ">mailto"
	}
	if encoding, plain := encodedText(s); encoding != nil {
		inner := Leaf{Role: Text, Name: leaf.Name, Parent: leaf.Parent}
		return recoded(w, s, 0, plain, encoding, func(t string) { w.value(t, 0, inner) }), ">base64"
	}
	return nil, ""
}

// between reads a value that stands between others: behind a scheme, in quotes.
func between(w *walker, s string, start, end int, leaf Leaf) func(base int) {
	return func(base int) {
		leaf.Layered = false
		w.value(s[start:end], base+start, leaf)
	}
}

// recoded reads what an encoding holds from byte n of s on; if anything in it is replaced
// it is encoded again.
func recoded(w *walker, s string, n int, plain string, encoding *base64.Encoding, read func(t string)) func(base int) {
	return func(base int) {
		if is := w.whole("", plain, read); is != plain {
			w.replace(base+n, base+len(s), encoding.EncodeToString([]byte(is)))
		}
	}
}
