package check

import (
	"encoding/json"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// literal reads an object or a list of JavaScript as JSON. What is computed is left out.
type literal struct {
	*script
	lines map[string]int // by path
}

// computed is the value of what is no literal.
type computed struct{}

// value reads a value that begins here. ok is false where this is no literal at all: a block
// of statements, a pattern.
func (l *literal) value(at string, depth int) (v any, ok bool) {
	l.space()
	if l.pos >= len(l.text) || depth > maxNesting || !l.spend(len(at)) {
		return nil, false
	}
	if _, known := l.lines[at]; !known {
		l.lines[at] = l.line(l.pos)
	}
	start := l.pos
	switch l.text[start] {
	case '{':
		v, ok = l.object(at, depth)
	case '[':
		v, ok = l.list(at, depth)
	case '"', '\'', '`':
		var text string
		if text, ok = l.quoted(); ok {
			v = text
		} else {
			v, ok = computed{}, true
		}
	default:
		v, ok = l.primitive(), true
	}
	if !ok || depth == 0 {
		return v, ok
	}
	if l.space(); l.at(",]}") {
		return v, l.spend(l.pos - start)
	}
	l.pos = start // an expression that begins with a literal: "a" + b, [1].map(..)
	return computed{}, l.expression()
}

// spend counts what was gone over; false where it was enough.
func (l *literal) spend(n int) bool {
	l.effort -= n
	return l.effort > 0
}

// primitive is a number, true, false or null, or something that is computed.
func (l *literal) primitive() any {
	start := l.pos
	if l.text[l.pos] == '-' {
		l.pos++
	}
	for l.pos < len(l.text) && (isWordByte(l.text[l.pos]) || l.text[l.pos] == '.') {
		l.pos++
	}
	switch word := l.text[start:l.pos]; {
	case word == "true" || word == "false":
		return word == "true"
	case word == "null":
		return nil
	case word != "" && (word[0] == '-' || ascii.IsDigit(word[0])) && json.Valid([]byte(word)):
		return json.Number(word)
	}
	return computed{}
}

// next moves to what a container holds next. More is false where it ends; ok is false where the
// text does.
func (l *literal) next(closing byte) (more, ok bool) {
	for l.space(); l.at(","); l.space() {
		l.pos++
	}
	if !l.at(string(closing)) {
		return true, l.pos < len(l.text)
	}
	l.pos++
	return false, true
}

func (l *literal) list(at string, depth int) (any, bool) {
	list := []any{}
	for l.pos++; ; {
		if more, ok := l.next(']'); !more || !ok {
			return list, ok
		}
		place := jsondoc.AppendPath(at, len(list))
		delete(l.lines, place)
		v, ok := l.value(place, depth+1)
		if !ok || !l.at(",]") {
			return nil, false
		}
		if !isComputed(v) {
			list = append(list, v)
		}
	}
}

func (l *literal) object(at string, depth int) (any, bool) {
	object := map[string]any{}
	for l.pos++; ; {
		if more, ok := l.next('}'); !more || !ok {
			return object, ok
		}
		line := l.line(l.pos)
		name, named := l.key()
		l.space()
		if !named || !l.at(":") {
			// ...spread, [computed]: 1, method() {}, shorthand
			if !l.expression() || !l.at(",}") {
				return nil, false
			}
			continue
		}
		l.pos++
		place := jsondoc.AppendPath(at, name)
		l.lines[place] = line
		v, ok := l.value(place, depth+1)
		if !ok || !l.at(",}") {
			return nil, false
		}
		if !isComputed(v) {
			object[name] = v
		}
	}
}

// at reports whether one of some bytes comes next.
func (l *literal) at(bytes string) bool {
	return l.pos < len(l.text) && strings.IndexByte(bytes, l.text[l.pos]) >= 0
}

// key reads the name of a member.
func (l *literal) key() (string, bool) {
	switch c := l.text[l.pos]; {
	case c == '"' || c == '\'' || c == '`':
		return l.quoted()
	case !isWordByte(c):
		return "", false
	}
	return l.name(), true
}

// expression moves to the comma or the bracket that ends an expression. False: it is a
// statement, or does not end.
func (l *literal) expression() bool {
	start, depth := l.pos, 0
	l.mark(':', "")
	for l.space(); l.pos < len(l.text); l.space() {
		switch c := l.text[l.pos]; {
		case c == '"' || c == '\'' || c == '`':
			l.quoted()
			l.mark('"', "")
			continue
		case c == '/' && l.beginsRegexp():
			l.regexp()
			l.mark('"', "")
			continue
		case strings.IndexByte("({[", c) >= 0:
			depth++
		case strings.IndexByte(")}]", c) >= 0 && depth == 0, c == ',' && depth == 0:
			return c != ')' && l.spend(l.pos-start)
		case strings.IndexByte(")}]", c) >= 0:
			depth--
		case c == ';' && depth == 0:
			return false
		}
		l.mark(l.text[l.pos], "")
		l.pos++
	}
	return false
}

// isComputed asks by type: objects and lists do not compare.
func isComputed(v any) bool {
	_, ok := v.(computed)
	return ok
}
