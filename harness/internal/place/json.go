package place

import (
	"errors"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// JSON is read token by token, whatever its grammar: a text that is broken or cut is read
// as far as it goes, and what is no JSON in it as plain text.

// A level is an object or an array that is being read, or the root.
type level struct {
	array        bool
	name, parent string // the member that holds the value that is being read, or the nearest that does, and the one above that
}

type jsonReader struct {
	w      *walker
	levels []level // each but the root with a frame of the walker's
	leaf   Leaf    // that is being read
}

// readJSON reads JSON text.
func readJSON(w *walker, s string, base int) {
	r := jsonReader{w: w, levels: make([]level, 1, 8)}
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
			if expectKey = len(r.levels) > 1 && !r.top().array; !expectKey && len(r.levels) > 1 {
				r.frame().index++
			}
			i++
		case '{', '[':
			if len(r.levels) > mostLevels {
				r.value(s[i:], base+i, false, Text)
				return
			}
			r.open(c == '[')
			expectKey = c == '{'
			i++
		case '}', ']':
			if n := len(r.levels) - 1; n > 0 {
				r.levels = r.levels[:n]
				r.w.pop()
			}
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
			for end < len(s) && isOfWord[s[end]] {
				end++
			}
			if word := s[i:end]; word != "null" && word != "true" && word != "false" {
				role := Text
				if _, err := strconv.ParseFloat(word, 64); err == nil || errors.Is(err, strconv.ErrRange) { // JSON's, or other languages'
					role = Number
				}
				r.value(word, base+i, false, role)
			}
			i = end
		}
	}
}

// isOfWord says what words of JSON are made of.
var isOfWord = ascii.Without(",:{}[]\" \t\r\n")

func isKey(s string, after int) bool {
	return strings.HasPrefix(s[after:], ":") || strings.HasPrefix(strings.TrimLeft(s[after:], " \t\r\n"), ":")
}

func (r *jsonReader) top() *level { return &r.levels[len(r.levels)-1] }

func (r *jsonReader) open(array bool) {
	l, step := level{parent: r.top().name}, frame{member: true}
	if array {
		l, step = *r.top(), frame{index: 1}
		l.array = true
	}
	r.levels = append(r.levels, l)
	r.w.push(step)
}

// frame is where the text that is being read stands in the innermost level.
func (r *jsonReader) frame() *frame { return &r.w.frames[len(r.w.frames)-1] }

// key reads the name of a member, of an object: it is expected in nothing else.
func (r *jsonReader) key(raw string, base int, escaped bool) {
	top := r.top()
	top.name = raw
	if escaped {
		top.name = asJSON.plain(raw)
	}
	r.frame().key = top.name
	r.value(raw, base, escaped, MemberName)
}

// value reads a string, a number, the name of a member, or what is no JSON.
func (r *jsonReader) value(raw string, base int, escaped bool, role Role) {
	top, first := r.top(), len(r.w.edits)
	r.leaf.Role, r.leaf.Name, r.leaf.Parent = role, top.name, top.parent
	if escaped {
		r.w.written(asJSON, raw, base, r.plain)
		return
	}
	r.plain(raw, base)
	if role == Member || role == MemberName {
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
