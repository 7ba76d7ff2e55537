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
	var ends []int // of the cells of a row
	separator, row := separatorOf(s), 0
	for at := len(s) - len(strings.TrimPrefix(s, "\ufeff")); at < len(s); at++ {
		start := at
		for ends = ends[:0]; ; at++ {
			at = cellEnd(s, at, separator)
			ends = append(ends, at)
			if at == len(s) || s[at] == '\n' {
				break
			}
		}
		if strings.TrimSuffix(s[start:at], "\r") == "" {
			continue
		}
		row++
		w.push(frame{index: row})
		for n, end := range ends {
			start += padding(s[start:end], separator)
			cell, leaf := strings.TrimSuffix(s[start:end], "\r"), Leaf{Role: Cell}
			switch {
			case row == 1:
				columns = append(columns, asCell.view(strings.Trim(cell, `"`)).text)
				leaf.Role, leaf.Name = ColumnName, columns[n]
			case len(ends) <= len(columns): // else they are shifted
				leaf.Name = columns[n]
			}
			w.in(frame{index: n + 1}, func() { readCell(w, cell, start, leaf) })
			start = end + 1
		}
		w.pop()
	}
}

// cellEnd finds what ends the cell that begins at a byte: a separator or the end of the line,
// but for those in its quotes, of which the last is one that such an end follows.
func cellEnd(s string, at int, separator byte) int {
	at += padding(s[at:], separator)
	for quoted := strings.HasPrefix(s[at:], `"`); quoted && at < len(s); {
		at = quoteEnd(s, at+1, '"')
		rest := s[min(at+1, len(s)):]
		line := strings.TrimPrefix(rest, "\r")
		quoted = line != "" && line[0] != '\n' && rest[0] != separator
	}
	return at + indexAny(s[at:], string(separator)+"\n")
}

// padding is how many blanks stand before the quotes of a cell, which are no part of it.
func padding(s string, separator byte) int {
	n := len(s) - len(strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\n' && r != rune(separator) }))
	if !strings.HasPrefix(s[n:], `"`) {
		return 0
	}
	return n
}

// readCell shows a cell. What is put in one is quoted where it has to be.
func readCell(w *walker, cell string, at int, leaf Leaf) {
	inner, quoted := strings.CutPrefix(cell, `"`)
	if quoted && quoteEnd(inner, 0, '"') == len(inner)-1 {
		w.written(asCell, inner[:len(inner)-1], at+1, func(t string, at int) { w.value(t, at, leaf) })
		return
	}
	plain := cell
	if quoted { // with quotes amid it, or none at its end
		plain = asCell.view(strings.TrimSuffix(inner, `"`)).text
	}
	w.recoded("", plain, at, at+len(cell), func(is string) string {
		if quoted || strings.ContainsAny(is, "\",;\t|\r\n") {
			is = `"` + asCell.encode(is) + `"`
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
