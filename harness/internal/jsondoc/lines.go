package jsondoc

import (
	"cmp"
	"strings"
)

// Line is the 1-based line, within the form of a text that Indent writes, on which the value at a
// normalized path begins, or 0 where there is none. For a member that is the line of its name.
func Line(text, path string) (line int) {
	err := eachLine(text, true, func(at string, begins int) (into bool) {
		if !strings.HasPrefix(path, at) {
			return false
		}
		line = 0 // of members with one name the last counts
		if at == path {
			line = begins
		}
		return true
	})
	if err != nil {
		return 0
	}
	return line
}

// Lines are the 1-based lines of a text on which the values in it begin, by normalized path.
// For a member that is the line of its name; of members with one name the last counts. What
// follows a fault of syntax has none, nor have values whose paths are too long, or too
// many, to be kept: there the place around them is the nearest.
func Lines(text string) map[string]int {
	lines, room := map[string]int{}, maxPaths
	_ = eachLine(text, false, func(path string, line int) (into bool) {
		if room -= len(path); room < 0 {
			return false
		}
		lines[path] = line
		return true
	})
	return lines
}

// eachLine calls note for the values of a text with their paths and lines, of the text as it
// is or as Indent writes it, and for what is in one where note says so. The error is the
// first fault of syntax.
func eachLine(text string, indented bool, note func(path string, line int) (into bool)) error {
	type container struct {
		path string // "" where note wants nothing of it
		next int    // element
	}
	var open []container
	line, counted, first := 1, 0, true // first: nothing stands before the token in its object or array
	for token, err := range Scan(text) {
		if err != nil {
			return err
		}
		start := token.Start
		if token.NameAt >= 0 {
			start = token.NameAt
		}
		switch {
		case !indented:
			line += strings.Count(text[counted:start], "\n")
			counted = start
		case token.Closes() && !first, !token.Closes() && token.Depth > 0:
			line++
		}
		first = token.Opens()
		if token.Closes() {
			open = open[:len(open)-1]
			continue
		}
		path := Root
		if len(open) > 0 {
			in, step := &open[len(open)-1], any(token.Name)
			if token.NameAt < 0 {
				step = in.next
				in.next++
			}
			if path = ""; in.path != "" && len(in.path)+len(token.Name) < maxPath {
				path = AppendPath(in.path, step)
			}
		}
		if path != "" && !note(path, line) {
			path = ""
		}
		if token.Opens() {
			open = append(open, container{path: path})
		}
	}
	return nil
}

// Bounds of what Lines keeps: the length of a path, and of all.
const (
	maxPath  = 1 << 12
	maxPaths = 64 << 20
)

// Nearest is the line of a path, or of the nearest place around it that is there; 0 where
// not even the root is.
func Nearest(lines map[string]int, path string) int {
	if !strings.HasPrefix(path, Root) {
		return lines[path]
	}
	line, at := lines[Root], Root
	for step := range steps(path) {
		at = AppendPath(at, step)
		line = cmp.Or(lines[at], line)
	}
	return line
}

// Plain puts spaces in the place of what people write into JSON for people and tools
// accept: comments, commas behind the last member, a mark of byte order. No other byte
// moves or changes.
func Plain(text string) string {
	var out []byte // nil as long as nothing was changed
	blank := func(from, to int) {
		if out == nil {
			out = []byte(text)
		}
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	if strings.HasPrefix(text, "\ufeff") {
		blank(0, len("\ufeff"))
	}
	comma := -1 // a comma behind which nothing has come yet
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			i, _ = StringEnd(text, i+1)
			comma = -1
		case c == '/' && i+1 < len(text) && (text[i+1] == '/' || text[i+1] == '*'):
			end := endOfComment(text, i)
			blank(i, end)
			i = end - 1
		case c == ',':
			comma = i
		case c == ']' || c == '}':
			if comma >= 0 {
				blank(comma, comma+1)
			}
			comma = -1
		case c != ' ' && c != '\n' && c != '\r' && c != '\t':
			comma = -1
		}
	}
	if out == nil {
		return text
	}
	return string(out)
}

func endOfComment(text string, at int) int {
	closing, length := "\n", 0
	if text[at+1] == '*' {
		closing, length = "*/", 2
	}
	if end := strings.Index(text[at+2:], closing); end >= 0 {
		return at + 2 + end + length
	}
	return len(text)
}
