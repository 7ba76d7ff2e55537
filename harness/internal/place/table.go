package place

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
)

// readTable reads CSV whose first line names the columns.
func readTable(w *walker, s string) {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	r.Comma = separatorOf(s)
	lines := []int{0} // where they begin
	for line := range strings.Lines(s) {
		lines = append(lines, lines[len(lines)-1]+len(line))
	}
	var columns []string
	for record := 0; ; record++ {
		cells, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			w.show(Leaf{Text: s[r.InputOffset():], Role: Text}, int(r.InputOffset()))
			return
		}
		shifted := record > 0 && len(cells) > len(columns)
		for n, cell := range cells {
			line, column := r.FieldPos(n)
			leaf := Leaf{Role: Cell}
			switch {
			case record == 0:
				columns = append(columns, strings.TrimPrefix(cell, "\ufeff"))
				leaf.Role, leaf.Name = ColumnName, columns[n]
			case n < len(columns) && !shifted:
				leaf.Name = columns[n]
			}
			w.push(frame{index: record + 1})
			w.in(frame{index: n + 1}, func() { readCell(w, s, lines[line-1]+column-1, cell, leaf) })
			w.pop()
		}
	}
}

// readCell shows a cell, which stands at start, in quotes or not.
func readCell(w *walker, s string, start int, cell string, leaf Leaf) {
	if start < len(s) && strings.HasPrefix(s[start:], "\ufeff") {
		start += len("\ufeff")
		cell = strings.TrimPrefix(cell, "\ufeff")
	}
	switch {
	case cell == "" || start >= len(s):
	case s[start] == '"':
		end := quoteEnd(s, start+1, '"')
		w.written(asCell, s[start+1:end], start+1, func(t string, at int) { w.value(t, at, leaf) })
	case strings.HasPrefix(s[start:], cell):
		readBare(w, cell, start, leaf)
	}
}

// readBare shows a cell without quotes; what replaces it is quoted where it has to be.
func readBare(w *walker, cell string, start int, leaf Leaf) {
	first := len(w.edits)
	w.value(cell, start, leaf)
	own := slices.Clone(w.edits[first:])
	move(own, -start)
	if is := edit.Apply(cell, own); strings.ContainsAny(is, "\",;\t|\r\n") && is != cell {
		w.edits = w.edits[:first]
		w.replace(start, start+len(cell), `"`+asCell.encode(is)+`"`)
	}
}

func separatorOf(s string) rune {
	line, _, _ := strings.Cut(s, "\n")
	best, most := ',', strings.Count(line, ",")
	for _, c := range ";\t|" {
		if n := strings.Count(line, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}
