package words

import (
	"iter"
	"strings"
)

// The sections of a table. A line of most is one word; a line of values is a member, or
// parent/member, and the values that are words of the service there, between tabs, sorted
// by their lower case; a line of ids may have a name after a tab. A section whose name ends in
// .members lists the members, or parent/member, whose values are of that form. These are the
// sections that more than the table itself asks for.
const (
	SectionMembers     = "members"
	SectionTypes       = "types"
	SectionText        = "text"
	SectionPermissions = "permissions"
	SectionValues      = "values"

	ofMembers = ".members"
)

// Lines yields the lines of a table with their sections. A line that begins with # is a comment.
func Lines(text string) iter.Seq2[string, string] {
	return func(yield func(section, line string) bool) {
		section := ""
		for text != "" {
			line, rest, _ := strings.Cut(text, "\n")
			text = rest
			switch {
			case line == "", line[0] == '#':
			case line[0] == '[' && line[len(line)-1] == ']':
				section = line[1 : len(line)-1]
			default:
				if !yield(section, line) {
					return
				}
			}
		}
	}
}
