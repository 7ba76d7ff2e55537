package render

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// withoutMiddle keeps most lines of a text, of them the last ones.
func withoutMiddle(text []string, most, last int) []string {
	last = min(last, most/2)
	first := max(most-last-1, 0)
	left := len(text) - first - last
	kept := append(text[:first:first], fmt.Sprintf("         .. and %d more lines, which --report html shows", left))
	return append(kept, text[len(text)-last:]...)
}

// wrap breaks a line between words where it is wider than the terminal, and indents what
// follows further. A word that is wider is left whole. No width is no limit.
func wrap(indent, line string, width int) []string {
	if width <= 0 || utf8.RuneCountInString(indent+line) <= width {
		return []string{indent + line}
	}
	lead := len(line) - len(strings.TrimLeft(line, " "))
	further := indent + strings.Repeat(" ", lead+4)
	var all []string
	now, n := indent+line[:lead], utf8.RuneCountInString(indent)+lead
	empty := true
	for word := range strings.SplitSeq(line[lead:], " ") {
		w := utf8.RuneCountInString(word)
		if !empty && n+1+w > width {
			all = append(all, strings.TrimRight(now, " "))
			now, n, empty = further, len(further), true
		}
		if !empty {
			now, n = now+" ", n+1
		}
		now, n, empty = now+word, n+w, false
	}
	return append(all, strings.TrimRight(now, " "))
}
