package place

import (
	"cmp"
	"slices"
	"strings"
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
// but for those in its quotes.
func cellEnd(s string, at int, separator byte) int {
	quoted := false
	for i := at; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && s[at] == '"':
			quoted = !quoted
		case (c == separator || c == '\n') && !quoted:
			return i
		}
	}
	return len(s)
}

// readCell shows a cell. What is put in one without quotes is quoted where it has to be.
func readCell(w *walker, cell string, at int, leaf Leaf) {
	if inner, quoted := strings.CutPrefix(cell, `"`); quoted {
		w.written(asCell, strings.TrimSuffix(inner, `"`), at+1, func(t string, at int) { w.value(t, at, leaf) })
		return
	}
	w.recoded("", cell, at, at+len(cell), quotedCell, func(t string) { w.value(t, 0, leaf) })
}

func quotedCell(s string) string {
	if strings.ContainsAny(s, "\",;\t|\r\n") {
		return `"` + asCell.encode(s) + `"`
	}
	return s
}

// separatorOf is what the first line has most of.
func separatorOf(s string) byte {
	line, _, _ := strings.Cut(s, "\n")
	return slices.MaxFunc([]byte(",;\t|"), func(a, b byte) int {
		return cmp.Compare(strings.Count(line, string(a)), strings.Count(line, string(b)))
	})
}
