// Package edit replaces parts of a text, all at once.
package edit

import "strings"

// An Edit replaces the bytes of a text from Start to End.
type Edit struct {
	Start, End int
	Text       string
}

// Apply makes edits, which are in order and do not overlap.
func Apply(s string, edits []Edit) string {
	if len(edits) == 0 {
		return s
	}
	size := len(s)
	for _, e := range edits {
		size += len(e.Text) - (e.End - e.Start)
	}
	var b strings.Builder
	b.Grow(size)
	at := 0
	for _, e := range edits {
		b.WriteString(s[at:e.Start])
		b.WriteString(e.Text)
		at = e.End
	}
	b.WriteString(s[at:])
	return b.String()
}
