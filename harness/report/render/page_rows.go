package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
)

// A pageRow is a line of two texts beside one another.
type pageRow struct {
	Kind       string // "same", "loose" (it may differ), "pair", "gone", "come", "fold"
	OldN, NewN int    // numbers of the lines, 0: there is none
	Old, New   string
	Marked     bool // the change is about it
	Folded     []pageRow
	Label      string
}

const (
	contextRows = 4    // lines shown around what differs
	mostFolded  = 150  // lines that a fold holds
	mostRows    = 2000 // rows of a comparison
)

// sides are two texts as they are shown and as they are compared.
type sides struct {
	old, new         []string
	oldAs, newAs     []string // nil: as they are shown
	oldMark, newMark int      // lines, 0: none
}

// rows lays the two sides beside one another, folds what is alike, and counts the lines that
// are only alike as they are compared.
func (s *sides) rows() (rows []pageRow, loose int) {
	oldAs, newAs := s.old, s.new
	if len(s.oldAs) == len(s.old) && len(s.newAs) == len(s.new) {
		oldAs, newAs = s.oldAs, s.newAs
	}
	pairs := compareLines(oldAs, newAs)
	for i := 0; i < len(pairs); {
		if p := pairs[i]; p.old >= 0 && p.new >= 0 {
			row := pageRow{Kind: "same", OldN: p.old + 1, NewN: p.new + 1, Old: s.old[p.old], New: s.new[p.new]}
			if row.Old != row.New && strings.TrimSuffix(row.Old, ",") != strings.TrimSuffix(row.New, ",") {
				row.Kind = "loose"
				loose++
			}
			rows = append(rows, s.marked(row))
			i++
			continue
		}
		end := i
		for end < len(pairs) && (pairs[end].old < 0 || pairs[end].new < 0) {
			end++
		}
		rows = append(rows, s.changed(pairs[i:end])...)
		i = end
	}
	return fold(rows), loose
}

// changed pairs the lines that are gone with those that came, where they are of one member.
func (s *sides) changed(pairs []pair) []pageRow {
	var rows []pageRow
	var gone, come []int
	for _, p := range pairs {
		if p.old >= 0 {
			gone = append(gone, p.old)
		} else {
			come = append(come, p.new)
		}
	}
	for _, at := range gone {
		row := pageRow{Kind: "gone", OldN: at + 1, Old: s.old[at]}
		if member := memberOf(s.old[at]); member != "" && len(come) > 0 && memberOf(s.new[come[0]]) == member {
			row.Kind, row.NewN, row.New = "pair", come[0]+1, s.new[come[0]]
			come = come[1:]
		}
		rows = append(rows, s.marked(row))
	}
	for _, at := range come {
		rows = append(rows, s.marked(pageRow{Kind: "come", NewN: at + 1, New: s.new[at]}))
	}
	return rows
}

func (s *sides) marked(row pageRow) pageRow {
	row.Marked = row.OldN > 0 && row.OldN == s.oldMark || row.NewN > 0 && row.NewN == s.newMark
	return row
}

// memberOf is the name of the member, header, option or XML element on a line.
func memberOf(line string) string {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "<") { // with its first attribute, which names it
		parts := strings.SplitN(line, `"`, 3)
		return strings.Join(parts[:min(len(parts), 2)], `"`)
	}
	if end := strings.IndexAny(line, ":="); end > 0 {
		return line[:end]
	}
	return ""
}

// fold leaves the rows around what differs or is marked, and folds the rest.
func fold(rows []pageRow) []pageRow {
	near := make([]bool, len(rows))
	for i := range rows {
		if rows[i].Kind == "same" && !rows[i].Marked || rows[i].Kind == "loose" && !rows[i].Marked {
			continue
		}
		for n := max(i-contextRows, 0); n < min(i+contextRows+1, len(rows)); n++ {
			near[n] = true
		}
	}
	if !slices.Contains(near, true) { // nothing differs: the beginning
		for i := range min(len(near), 3*contextRows) {
			near[i] = true
		}
	}
	var folded []pageRow
	for i := 0; i < len(rows); {
		end := i
		for end < len(rows) && !near[end] {
			end++
		}
		switch n := end - i; {
		case n == 0:
			if len(folded) == mostRows {
				return append(folded, pageRow{Kind: "fold", Label: fmt.Sprintf("%s more", fault.Count(len(rows)-i, "line"))})
			}
			folded = append(folded, rows[i])
			i++
			continue
		case n <= 2:
			folded = append(folded, rows[i:end]...)
		default:
			label := fault.Count(n, "line") + " alike"
			inner := rows[i:end]
			if n > mostFolded {
				label += fmt.Sprintf(" (%d are here)", mostFolded)
				inner = inner[:mostFolded]
			}
			folded = append(folded, pageRow{Kind: "fold", Label: label, Folded: inner})
		}
		i = end
	}
	return folded
}

// single is one text as rows, for what has no other side.
func single(text []string, kind string) []pageRow {
	var rows []pageRow
	for i := range text[:min(len(text), mostRows)] {
		row := pageRow{Kind: kind, NewN: i + 1, New: text[i]}
		if kind == "gone" {
			row = pageRow{Kind: kind, OldN: i + 1, Old: text[i]}
		}
		rows = append(rows, row)
	}
	if more := len(text) - mostRows; more > 0 {
		rows = append(rows, pageRow{Kind: "fold", Label: fault.Count(more, "line") + " more"})
	}
	return rows
}

// A pair is a line of either text, or one of both; -1 is none.
type pair struct{ old, new int }

// compareLines lays two texts beside one another, line by line. It takes O(n log n) whatever
// they hold.
func compareLines(old, new []string) []pair {
	var pairs []pair
	x, y := 0, 0
	both := func(until int) {
		for ; x < until; x, y = x+1, y+1 {
			pairs = append(pairs, pair{x, y})
		}
	}
	text := func(lines []string) []byte {
		if len(lines) == 0 {
			return nil
		}
		return []byte(strings.Join(lines, "\n") + "\n")
	}
	inHunk := false
	for line := range strings.Lines(string(diff.Diff("", text(old), "", text(new)))) {
		if at, isHunk := hunkAt(line); isHunk {
			both(at)
			inHunk = true
			continue
		}
		if !inHunk {
			continue
		}
		switch line[0] {
		case ' ':
			both(x + 1)
		case '-':
			pairs = append(pairs, pair{x, -1})
			x++
		case '+':
			pairs = append(pairs, pair{-1, y})
			y++
		}
	}
	both(len(old))
	return pairs
}

// hunkAt is the index of the first old line of a hunk: "@@ -12,7 +12,8 @@".
func hunkAt(line string) (at int, ok bool) {
	var lines int
	if read, _ := fmt.Sscanf(line, "@@ -%d,%d", &at, &lines); read < 2 {
		return 0, false
	}
	if lines == 0 {
		return at, true // of a hunk without old lines it is the line before
	}
	return at - 1, true
}

// bodyLines are the lines of a body, each visible.
func bodyLines(body string) []string {
	if body == "" {
		return nil
	}
	return visible.Lines(body)
}
