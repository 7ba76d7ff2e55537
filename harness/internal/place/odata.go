package place

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// An expression of OData is read as words, literals and punctuation: what a filter
// compares, what a search looks for, what lists and arguments name. No grammar is needed to
// know which are which.

// What an expression is.
type expressionKind uint8

const (
	listing   expressionKind = iota // a filter, or properties
	searching                       // what $search looks for
	arguing                         // arguments by name
)

// expression reads an expression of a kind.
func (w *walker) expression(s string, base int, kind expressionKind) {
	search := kind == searching
	e := expressionReader{w: w, search: search, arguing: kind == arguing}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\'', c == '"' && search:
			i = e.literal(s, i, base, c)
		case isWordByte(c):
			i = e.word(s, i, base)
		default:
			e.punctuation(c)
			i++
		}
	}
}

type expressionReader struct {
	w        *walker
	search   bool
	arguing  bool
	literals int    // read so far
	words    int    // identifiers read so far
	last     string // the last word
	before   string // the word before that
	call     string // the function whose arguments are read
	property string // what is compared
	op       string
	variable string // of any(c:c eq 'x'), and what it stands for
	of       string
}

// operators of OData 4.01 that stand between a property and a literal.
var operators = map[string]bool{"eq": true, "ne": true, "gt": true, "ge": true, "lt": true, "le": true, "in": true, "has": true}

func (e *expressionReader) punctuation(c byte) {
	switch c {
	case '(':
		if !operators[strings.ToLower(e.last)] {
			e.call, e.property = e.last, ""
		}
	case ',':
		if e.property == "" && e.last != e.call {
			e.property, e.op = e.last, strings.ToLower(e.call)
		}
	case '=', ':':
		if of, ok := strings.CutSuffix(e.call, "/any"); ok && c == ':' {
			e.variable, e.of = e.last, of
		} else if of, ok := strings.CutSuffix(e.call, "/all"); ok && c == ':' {
			e.variable, e.of = e.last, of
		}
		e.property, e.op = e.last, "eq"
		if e.search {
			e.op = "search"
		}
	}
}

// isWordByte: words of an expression, with paths (a/b), dots, dates and numbers.
func isWordByte(c byte) bool {
	return ascii.IsAlnum(c) || c >= 0x80 || strings.IndexByte("_-./@$#{}:+*!~%|<>\\^`?[];&", c) >= 0 && c != ':' && c != ';'
}

// word reads a bare word: an identifier, an operator, a number, a GUID, a date.
func (e *expressionReader) word(s string, i, base int) int {
	end := i
	for end < len(s) && isWordByte(s[end]) {
		end++
	}
	text := s[i:end]
	if operators[strings.ToLower(text)] {
		e.property, e.op = e.last, strings.ToLower(text)
		e.last = text
		return end
	}
	role := Identifier
	if ascii.IsDigit(text[0]) || text[0] == '-' || len(text) == 36 && text[8] == '-' || e.arguing && i > 0 && s[i-1] == '=' && strings.ContainsAny(text, "0123456789") {
		role = Literal
	}
	index := &e.words
	label := "word"
	if role == Literal {
		index, label = &e.literals, ""
	}
	e.w.push(frame{label: label, index: *index + 1, hash: true})
	*index++
	leaf := Leaf{Text: text, Role: role}
	if role == Literal {
		leaf.Name, leaf.Op, leaf.Bare = e.compared(), e.op, true
	}
	e.w.show(leaf, base+i)
	e.w.pop()
	e.before, e.last = e.last, text
	return end
}

// literal reads what stands between quotes.
func (e *expressionReader) literal(s string, i, base int, quote byte) int {
	end := i + 1
	for end < len(s) && (s[end] != quote || quote == '\'' && end+1 < len(s) && s[end+1] == quote) {
		if s[end] == quote {
			end++
		}
		end++
	}
	end = min(end, len(s))
	raw, at := s[i+1:end], base+i+1
	leaf := Leaf{Role: Literal, Name: e.compared(), Op: e.op}
	if e.search {
		leaf.Op = "search"
		if k := strings.IndexByte(raw, ':'); k > 0 && strings.Trim(raw[:k], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			leaf.Name, raw, at = raw[:k], raw[k+1:], at+k+1
		}
	}
	e.w.push(frame{index: e.literals + 1, hash: true})
	e.literals++
	show := func(t string, at int) {
		if !e.w.layered(t, at, leaf) {
			leaf.Text = t
			e.w.show(leaf, at)
		}
	}
	switch {
	case quote == '\'' && strings.IndexByte(raw, '\'') >= 0 && e.w.depth < mostDepth:
		e.w.through(unquoted(raw), at, func(t string) { show(t, 0) })
	case quote == '\'':
		e.w.spelled(asLiteral, func() { show(raw, at) })
	default:
		show(raw, at)
	}
	e.w.pop()
	return end + 1
}

// compared is the property that a literal is compared with.
func (e *expressionReader) compared() string {
	if e.property == e.variable && e.variable != "" {
		return lastStep(e.of)
	}
	return lastStep(e.property)
}

// lastStep is the property that a path of them ends with.
func lastStep(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
