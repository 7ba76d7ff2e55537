package jsondoc

import "strings"

// Line returns the 1-based line, within the indented form of text, on which the
// value at the normalized path begins, or 0 when there is none. For a member that
// is the line of its name.
func Line(text, path string) int {
	steps, ok := strings.CutPrefix(path, Root)
	if !ok {
		return 0
	}
	l := liner{scanner: scanner{text: text}, line: 1}
	if l.walk(steps, true) != nil || l.end() != nil {
		return 0
	}
	return l.found
}

// A liner counts the lines that Indent would write.
type liner struct {
	scanner
	line  int // of the value that comes next
	found int
}

// walk moves over the next value. Where it is on the way to the wanted one, steps
// are those that are left.
func (l *liner) walk(steps string, onWay bool) error {
	if onWay && steps == "" {
		l.found = l.line
	}
	kind, _, err := l.value()
	if err != nil {
		return err
	}
	var step any
	if onWay {
		step, steps, _ = cutStep(steps)
	}
	empty := true
	switch kind {
	case '{':
		empty, err = l.eachMember(func(_ bool, start, end int) error {
			onWay := step != nil && step == any(l.unquote(start, end))
			if onWay {
				l.found = 0 // of members with one name the last counts
			}
			l.line++
			return l.walk(steps, onWay)
		})
	case '[':
		empty, err = l.eachElement(func(i int) error {
			l.line++
			return l.walk(steps, step != nil && step == any(i))
		})
	}
	if !empty { // the closing bracket's
		l.line++
	}
	return err
}
