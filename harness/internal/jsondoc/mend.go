package jsondoc

import (
	"fmt"
	"strings"
)

// ParseMended is Parse for text in which an escape may be half of a surrogate pair, which
// encoding/json and browsers read as U+FFFD: a text that is JSON but for those is read like
// that, and mendedAt is the path of the first value or member that holds one: the root
// where that is not in the document, for another member of its name replaces it.
func ParseMended(text string) (doc any, mendedAt string, err error) {
	if doc, err = Parse(text); err == nil {
		return doc, "", nil
	}
	mended, ok := mend(text, '\uFFFD')
	if !ok {
		return nil, "", err
	}
	if doc, err = Parse(mended); err != nil {
		return nil, "", err
	}
	other, _ := mend(text, '\u0001')
	marked, err := Parse(other)
	if err != nil {
		return doc, Root, nil
	}
	if found := Diff(doc, marked, 1); len(found) > 0 {
		return doc, found[0].Path, nil
	}
	return doc, Root, nil
}

// mend replaces, in JSON text, every escape that is half of a surrogate pair by that of a
// character of the Basic Multilingual Plane. It changes no length and no line. ok reports
// whether there was one; the text need not be JSON.
func mend(text string, filler rune) (mended string, ok bool) {
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
