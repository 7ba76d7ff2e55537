package place

import (
	"errors"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// JSON is read token by token, whatever its grammar: a text that is broken or cut is read
// as far as it goes, and what is no JSON in it as plain text.

// A level is an object or an array that is being read.
type level struct {
	array bool
	key   string // the member that is being read, decoded

	name, parent string // the member that holds this value, or the nearest that does, and the one above that
}

type jsonReader struct {
	w      *walker
	levels []level // each with a frame of the walker's
	leaf   Leaf    // that is being read
}

// readJSON reads JSON text.
func readJSON(w *walker, s string, base int) {
	r := jsonReader{w: w}
	outer := len(w.frames)
	w.push(frame{label: "$"})
	r.read(s, base)
	w.frames = w.frames[:outer]
}

// mostLevels bounds the nesting: what lies deeper is one text.
const mostLevels = 10_000

func (r *jsonReader) read(s string, base int) {
	expectKey := false
	for i := len(s) - len(strings.TrimLeft(s, "\ufeff")); i < len(s); { // behind a mark of the order of bytes
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n', ':':
			i++
		case ',':
			if top := r.top(); top != nil {
				if top.array {
					r.frame().index++
				}
				expectKey = !top.array
			}
			i++
		case '{', '[':
			if len(r.levels) == mostLevels {
				r.value(s[i:], base+i, false, Text)
				return
			}
			r.open(c == '[')
			expectKey = c == '{'
			i++
		case '}', ']':
			r.close()
			expectKey = false
			i++
		case '"':
			end, escaped := jsondoc.StringEnd(s, i+1)
			after := min(end+1, len(s))
			if expectKey && isKey(s, after) {
				r.key(s[i+1:end], base+i+1, escaped)
			} else {
				r.value(s[i+1:end], base+i+1, escaped, Member)
			}
			expectKey = false
			i = after
		default:
			end := i + 1
			for end < len(s) && !ends[s[end]] {
				end++
			}
			if word := s[i:end]; word != "null" && word != "true" && word != "false" {
				role := Number
				if !isNumber(word) {
					role = Text
				}
				r.value(word, base+i, false, role)
			}
			i = end
		}
	}
}

// ends are what a word of JSON may end before.
var ends = charsetOf(func(c byte) bool { return strings.IndexByte(",:{}[]\"", c) >= 0 || blanks[c] })

var blanks = charsetOf(func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' })

func isKey(s string, after int) bool {
	for after < len(s) && blanks[s[after]] {
		after++
	}
	return after < len(s) && s[after] == ':'
}

func (r *jsonReader) top() *level {
	if len(r.levels) == 0 {
		return nil
	}
	return &r.levels[len(r.levels)-1]
}

func (r *jsonReader) open(array bool) {
	l := level{array: array}
	if top := r.top(); top != nil {
		l.name, l.parent = top.name, top.name
		if !top.array && top.key != "" {
			l.name = top.key
		}
	}
	r.levels = append(r.levels, l)
	if array {
		r.w.push(frame{index: 1})
	} else {
		r.w.push(frame{member: true})
	}
}

func (r *jsonReader) close() {
	if n := len(r.levels) - 1; n >= 0 {
		r.levels = r.levels[:n]
		r.w.pop()
	}
}

// frame is where the text that is being read stands in the innermost level.
func (r *jsonReader) frame() *frame { return &r.w.frames[len(r.w.frames)-1] }

// key reads the name of a member.
func (r *jsonReader) key(raw string, base int, escaped bool) {
	top := r.top() // an object: a name is expected in nothing else
	top.key = raw
	if escaped {
		top.key = asJSON.plain(raw)
	}
	r.frame().key = top.key
	r.leaf.Role, r.leaf.Name, r.leaf.Parent = MemberName, top.key, top.name
	r.text(raw, base, escaped)
}

// value reads a string, a number, or what is no JSON.
func (r *jsonReader) value(raw string, base int, escaped bool, role Role) {
	r.leaf.Role, r.leaf.Name, r.leaf.Parent = role, "", ""
	if top := r.top(); top != nil {
		r.leaf.Name, r.leaf.Parent = top.key, top.name
		if top.array {
			r.leaf.Name, r.leaf.Parent = top.name, top.parent
		}
	}
	r.text(raw, base, escaped)
}

// text shows the leaf, whose text is spelled so.
func (r *jsonReader) text(raw string, base int, escaped bool) {
	if escaped {
		r.w.written(asJSON, raw, base, r.plain)
		return
	}
	first := len(r.w.edits)
	r.plain(raw, base)
	if r.leaf.Role == Member || r.leaf.Role == MemberName {
		r.w.spell(asJSON, first)
	}
}

// plain shows the leaf, whose text is this. Of the name of an annotation it shows the member's.
func (r *jsonReader) plain(t string, at int) {
	l := &r.leaf
	if l.Role == MemberName {
		t = odata.OwnName(t)
	}
	if l.Role != Member || !(mayLayer(t) || isAddress(l.Name, l.Parent)) || !r.w.layered(t, at, *l) {
		l.Text = t
		r.w.shown(l, at)
	}
}

// isNumber recognises what JSON takes for a number, and what other languages do.
func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}
