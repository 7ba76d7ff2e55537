package jsondoc

import (
	"fmt"
	"strings"
)

// Mend replaces, in JSON text, every escape that is half of a surrogate pair by
// that of U+FFFD, which is how encoding/json and browsers read it. It changes no
// length and no line. ok tells whether there was one; the text need not be JSON.
func Mend(text string) (mended string, ok bool) { return MendWith(text, '\uFFFD') }

// MendWith is Mend with another character of the Basic Multilingual Plane, by which
// the places can be found again.
func MendWith(text string, filler rune) (mended string, ok bool) {
	var out strings.Builder
	kept := 0
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '\\')
		if next < 0 || at+next+1 >= len(text) {
			break
		}
		at += next
		r, isCode := rune(0), false
		if text[at+1] == 'u' {
			r, isCode = hex4(text, at+2)
		}
		_, paired := lowSurrogate(text, at+6)
		switch {
		case !isCode:
			at += 2
		case r < 0xD800 || r > 0xDFFF:
			at += 6
		case r < 0xDC00 && paired:
			at += 12
		default:
			fmt.Fprintf(&out, `%s\u%04x`, text[kept:at], filler)
			at += 6
			kept = at
		}
	}
	if kept == 0 {
		return text, false
	}
	out.WriteString(text[kept:])
	return out.String(), true
}
