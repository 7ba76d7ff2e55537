package fault

import "strings"

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
