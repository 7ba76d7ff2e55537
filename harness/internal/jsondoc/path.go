package jsondoc

import (
	"iter"
	"strconv"
	"strings"
)

// Root is the normalized path of a whole document.
const Root = "$"

// AppendPath appends one step to a normalized path (RFC 9535, section 2.7): a
// string is a member name, an int an index. The root is "$". A step of any other
// type is left out.
func AppendPath(path string, step any) string {
	switch step := step.(type) {
	case int:
		return path + "[" + strconv.Itoa(step) + "]"
	case string:
		return path + "['" + escapeName(step) + "']"
	}
	return path
}

func escapeName(name string) string {
	special := strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == '\'' || r == '\\' })
	if special < 0 {
		return name
	}
	escaped := append(make([]byte, 0, len(name)+8), name[:special]...)
	for _, c := range []byte(name[special:]) {
		switch {
		case c == '\'':
			escaped = append(escaped, '\\', c)
		case c < ' ', c == '\\':
			escaped = appendEscape(escaped, c)
		default:
			escaped = append(escaped, c)
		}
	}
	return string(escaped)
}

// MaskNames is a path with [*] for the names that are not to be shown, by what they are and
// the name before.
func MaskNames(path string, shows func(name, parent string) bool) string {
	masked, parent := Root, ""
	for step := range steps(path) {
		name, isName := step.(string)
		if isName && !shows(name, parent) {
			masked += "[*]"
			continue
		}
		if isName {
			parent = name
		}
		masked = AppendPath(masked, step)
	}
	return masked
}

// steps are those of a normalized path, ints and strings, as far as it is one.
func steps(path string) iter.Seq[any] {
	return func(yield func(any) bool) {
		rest, ok := strings.CutPrefix(path, Root)
		for ok && rest != "" {
			var step any
			if step, rest, ok = cutStep(rest); !ok || !yield(step) {
				return
			}
		}
	}
}

// cutStep cuts the first step off what follows the root of a normalized path.
func cutStep(path string) (step any, rest string, ok bool) {
	if body, isName := strings.CutPrefix(path, "['"); isName {
		return cutName(body)
	}
	body, isIndex := strings.CutPrefix(path, "[")
	digits, rest, closed := strings.Cut(body, "]")
	index, err := strconv.Atoi(digits)
	if !isIndex || !closed || err != nil || index < 0 {
		return nil, "", false
	}
	return index, rest, true
}

// cutName reads a member name up to its closing quote and bracket.
func cutName(body string) (step any, rest string, ok bool) {
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '\'':
			rest, closed := strings.CutPrefix(body[i+1:], "]")
			name, valid := unescapeName(body[:i])
			return name, rest, closed && valid
		}
	}
	return nil, "", false
}

// unescapeName undoes escapeName: the escapes are JSON's, but for the quote.
func unescapeName(name string) (string, bool) {
	if !strings.Contains(name, `\`) {
		return name, true
	}
	quoted := strings.NewReplacer(`\\`, `\\`, `\'`, `'`, `"`, `\"`).Replace(name)
	s := scanner{text: `"` + quoted + `"`}
	if !s.str() || s.pos != len(s.text) {
		return "", false
	}
	return s.decoded(s.text), true
}
