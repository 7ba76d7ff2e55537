package visible

import (
	"regexp"
	"strings"
)

// plainName is a member's name that needs no quotes in a path.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Path is a normalized path (RFC 9535) as people write it: $.value[0].id for
// $['value'][0]['id'].
func Path(path string) string {
	at := strings.Index(path, "$[")
	if at < 0 {
		return path
	}
	var b strings.Builder
	if b.WriteString(path[:at]); at > 0 && path[at-1] != ' ' && path[at-1] != '.' { // of a request: request $.id
		b.WriteByte(' ')
	}
	b.WriteByte('$')
	rest := path[at+1:]
	for strings.HasPrefix(rest, "['") {
		end := strings.Index(rest, "']")
		if end < 0 || !plainName.MatchString(rest[2:end]) {
			end = endOfStep(rest)
			b.WriteString(rest[:end])
			rest = rest[end:]
		} else {
			b.WriteString("." + rest[2:end])
			rest = rest[end+2:]
		}
		for strings.HasPrefix(rest, "[") && !strings.HasPrefix(rest, "['") {
			end := endOfStep(rest)
			b.WriteString(rest[:end])
			rest = rest[end:]
		}
	}
	return b.String() + rest
}

// endOfStep is where the first step of a path ends, quotes heeded.
func endOfStep(path string) int {
	quoted := false
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && quoted:
			i++
		case path[i] == '\'':
			quoted = !quoted
		case path[i] == ']' && !quoted:
			return i + 1
		}
	}
	return len(path)
}
