package place

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// readTable reads CSV whose first line names the columns; an empty line is none.
func readTable(w *walker, s string) {
	var columns []string
	var cells []tableCell // of a row
	separator, row := separatorOf(s), 0
	for at := len(s) - len(strings.TrimPrefix(s, "\ufeff")); at < len(s); at++ {
		start := at
		for cells = cells[:0]; ; at++ {
			c := cellAt(s, at, separator)
			cells = append(cells, c)
			if at = c.end; at == len(s) || s[at] == '\n' {
				break
			}
		}
		if strings.TrimSuffix(s[start:at], "\r") == "" {
			continue
		}
		row++
		w.push(frame{index: row})
		for n, c := range cells {
			cell, leaf := strings.TrimSuffix(s[c.start:c.end], "\r"), Leaf{Role: Cell}
			switch {
			case row == 1:
				columns = append(columns, asQuoted.plain(strings.Trim(cell, `"`)))
				leaf.Role, leaf.Name = ColumnName, columns[n]
			case len(cells) <= len(columns): // else they are shifted
				leaf.Name = columns[n]
			}
			w.in(frame{index: n + 1}, func() { readCell(w, cell, c.start, leaf) })
		}
		w.pop()
	}
}

// A tableCell is where a cell stands, with its quotes.
type tableCell struct{ start, end int }

// cellAt finds the cell that begins at a byte: blanks before its quotes are no part of it, and it
// ends before a separator or the end of the line, but for those in its quotes, of which the last
// is one that such an end follows.
func cellAt(s string, at int, separator byte) tableCell {
	isBlank := func(r rune) bool { return unicode.IsSpace(r) && r != '\n' && r != rune(separator) }
	c := tableCell{start: at, end: at}
	if rest := strings.TrimLeftFunc(s[at:], isBlank); strings.HasPrefix(rest, `"`) {
		c.start = len(s) - len(rest)
		for c.end = c.start; c.end < len(s); {
			c.end = quoteEnd(s, c.end+1, '"')
			behind := s[min(c.end+1, len(s)):]
			if line := strings.TrimPrefix(behind, "\r"); line == "" || line[0] == '\n' || behind[0] == separator {
				break
			}
		}
	}
	c.end += indexAny(s[c.end:], string(separator)+"\n")
	return c
}

// readCell shows a cell, whose quotes may be amid it, or lack at its end. What is put in one is
// quoted where it has to be.
func readCell(w *walker, cell string, at int, leaf Leaf) {
	plain, quoted := strings.CutPrefix(cell, `"`)
	if quoted {
		plain = asQuoted.plain(strings.TrimSuffix(plain, `"`))
	}
	w.recoded("", plain, at, at+len(cell), func(is string) string {
		if quoted || strings.ContainsAny(is, "\",;\t|\r\n") {
			is = `"` + asQuoted.encode(is) + `"`
		}
		return is
	}, func(t string) { w.value(t, 0, leaf) })
}

// separatorOf is what the first line has most of.
func separatorOf(s string) byte {
	line, _, _ := strings.Cut(s, "\n")
	return slices.MaxFunc([]byte(",;\t|"), func(a, b byte) int {
		return cmp.Compare(strings.Count(line, string(a)), strings.Count(line, string(b)))
	})
}
