package render

import (
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
)

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
	rest, found := strings.CutPrefix(line, "@@ -")
	if !found {
		return 0, false
	}
	for i := 0; i < len(rest) && rest[i] >= '0' && rest[i] <= '9'; i++ {
		at = at*10 + int(rest[i]-'0')
	}
	if digits, _, _ := strings.Cut(rest, " "); strings.HasSuffix(digits, ",0") {
		return at, true // of a hunk without old lines it is the line before
	}
	return max(at-1, 0), true
}

// bodyLines are the lines of a body, each visible.
func bodyLines(body string) []string {
	if body == "" {
		return nil
	}
	return visible.Lines(body)
}
