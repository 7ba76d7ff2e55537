package fault

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DidYouMean asks for the names as they are spelled, or is "" without any.
func DidYouMean(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(names, ", or ") + "?"
}

// Meant asks for the known name that was probably meant (`did you mean "expect"?`), or
// is "". See Nearest.
func Meant[S ~string](name string, known []S) string {
	if best := Nearest(name, known); best != "" {
		return DidYouMean(fmt.Sprintf("%q", best))
	}
	return ""
}

// Suggest is Meant, or else what the known names are when they are few.
func Suggest(name string, known []string) string {
	if meant := Meant(name, known); meant != "" || len(known) == 0 || len(known) > 20 {
		return meant
	}
	return "known: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

// Nearest is the known name that was probably meant, in whatever letter case: one at
// most two slips away, or one that the name begins. It is "" when there is none.
func Nearest[S ~string](name string, known []S) S {
	best, least := S(""), 3
	name = strings.ToLower(name)
	for _, k := range known {
		lower := strings.ToLower(string(k))
		begins := len(name) > 2 && strings.HasPrefix(lower, name)
		if longer := len(name) - len(lower); !begins && (longer >= least || -longer >= least) {
			continue // at least as many slips as letters more or less
		}
		d := Distance(name, lower)
		if begins {
			d = min(d, 2)
		}
		if d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// Near lists the names, three at most and nearest first, whose distance is no more
// than most. Names of one distance are sorted.
func Near(names []string, most int, distance func(name string) int) []string {
	distances := map[string]int{}
	for _, name := range names {
		if d := distance(name); d <= most {
			distances[name] = d
		}
	}
	near := slices.SortedFunc(maps.Keys(distances), func(a, b string) int {
		return cmp.Or(distances[a]-distances[b], strings.Compare(a, b))
	})
	return near[:min(3, len(near))]
}

// Distance counts the insertions, deletions, replacements and swaps of
// neighbours, in bytes, that turn a into b.
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Count is a number of things: "1 file", "2 files".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Clip is a text of at most so many characters; what is left out becomes an ellipsis.
func Clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}

// What is said of a file that a merge left its marks in.
const (
	ConflictMessage = "this line is a mark of a merge with conflicts, and none of the file"
	ConflictHint    = "choose one of the two sides, and remove the lines <<<<<<<, ======= and >>>>>>>"
)

// Conflict is the first line that is a mark of a merge with conflicts, from 1, or 0. It is
// for files that could not be read: in one that could, such a line is text.
func Conflict(text string) int {
	line := 0
	for row := range strings.Lines(text) {
		line++
		for _, mark := range []string{"<<<<<<<", ">>>>>>>", "|||||||"} {
			if rest, ok := strings.CutPrefix(row, mark); ok && strings.TrimLeft(rest, " \r\n") != rest || ok && rest == "" {
				return line
			}
		}
	}
	return 0
}
