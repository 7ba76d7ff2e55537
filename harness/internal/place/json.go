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

type jsonReader struct {
	w     *walker
	leaf  Leaf // that is being read
	outer int  // frames around the root's, behind which each object and array has one
}

// readJSON reads JSON text.
func readJSON(w *walker, s string, base int) {
	r := jsonReader{w: w, outer: len(w.frames)}
	w.push(frame{label: "$"})
	r.read(s, base)
	w.frames = w.frames[:r.outer]
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
			if expectKey = r.w.top().member; r.w.top().index > 0 {
				r.w.top().index++
			}
			i++
		case '{', '[':
			if len(r.w.frames)-r.outer > mostLevels {
				r.value(s[i:], base+i, false, Text)
				return
			}
			step := frame{member: true, parent: r.w.top().key}
			if c == '[' {
				step = frame{index: 1, key: r.w.top().key, parent: r.w.top().parent}
			}
			r.w.push(step)
			expectKey = step.member
			i++
		case '}', ']':
			if len(r.w.frames)-r.outer > 1 {
				r.w.pop()
			}
			expectKey = false
			i++
		case '"':
			end, escaped := jsondoc.StringEnd(s, i+1)
			raw, after, role := s[i+1:end], min(end+1, len(s)), Member
			if expectKey && strings.HasPrefix(strings.TrimLeft(s[after:], " \t\r\n"), ":") {
				r.w.top().key, role = raw, MemberName
				if escaped {
					r.w.top().key = asJSON.plain(raw)
				}
			}
			r.value(raw, base+i+1, escaped, role)
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

// value reads a string, a number, the name of a member, or what is no JSON.
func (r *jsonReader) value(raw string, base int, escaped bool, role Role) {
	top, first := r.w.top(), len(r.w.edits)
	r.leaf.Role, r.leaf.Name, r.leaf.Parent = role, top.key, top.parent
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
