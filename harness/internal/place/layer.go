package place

import (
	"encoding/base64"
	"strings"

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
			ids := len(s) - siteIDs
			w.in(frame{label: "host"}, func() { w.show(Leaf{Text: s[:ids-1], Role: Host}, base) })
			w.value(s[ids:], base+ids, Leaf{Role: leaf.Role, Name: leaf.Name, Parent: leaf.Parent})
		}, ">site"
	case strings.HasPrefix(s, "u!"):
		if plain := base64Text(s[2:], base64.RawURLEncoding); authority(plain) > 0 {
			return func(base int) {
				w.recoded("", plain, base+2, base+len(s), encoder(base64.RawURLEncoding), func(t string) { readAddress(w, t, 0) })
			}, ">u!"
		}
	}
	if start, end, label := wrapped(s, 1); label != "" {
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
