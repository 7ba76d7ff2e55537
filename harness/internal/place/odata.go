package place

import (
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
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

type expressionReader struct {
	w        *walker
	kind     expressionKind
	literals int    // read so far
	words    int    // identifiers read so far
	list     int    // see Leaf.List
	last     string // the last word
	call     string // the function whose arguments are read
	property string // what is compared
	variable string // of any(c:c eq 'x'), and what it stands for
	of       string
}

// readExpression reads an expression of a kind.
func readExpression(w *walker, s string, base int, kind expressionKind) {
	e := expressionReader{w: w, kind: kind}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\'', c == '"' && kind == searching:
			i = e.literal(s, i, base, c)
		case isWordByte(c):
			i = e.word(s, i, base)
		default:
			e.punctuation(c)
			i++
		}
	}
}

// operators of OData 4.01 that stand between a property and a literal.
var operators = map[string]bool{"eq": true, "ne": true, "gt": true, "ge": true, "lt": true, "le": true, "in": true, "has": true}

// connectives stand between the terms of a search.
var connectives = map[string]bool{"AND": true, "OR": true, "NOT": true}

func (e *expressionReader) punctuation(c byte) {
	switch c {
	case '(':
		e.list = 0 // what is called within a list has an order
		switch last := strings.ToLower(e.last); {
		case last == "in":
			e.list = e.literals + 1
		case !operators[last]:
			e.call, e.property = e.last, ""
		}
	case ')':
		e.list = 0
	case ',':
		if e.property == "" && e.last != e.call {
			e.property = e.last
		}
	case '=', ':':
		k := strings.LastIndexByte(e.call, '/')
		if of := strings.ToLower(e.call[k+1:]); c == ':' && k >= 0 && (of == "any" || of == "all") {
			e.variable, e.of = e.last, e.call[:k]
		}
		e.property = e.last
	}
}

// isWordByte: words of an expression, with paths (a/b), dots, dates and numbers.
func isWordByte(c byte) bool {
	return ascii.IsAlnum(c) || c >= 0x80 || strings.IndexByte("_-./@$#{}+*!~%|<>\\^`?[]&", c) >= 0
}

// word reads a bare word: an identifier, an operator, a number, a GUID, a date.
func (e *expressionReader) word(s string, i, base int) int {
	end, groups := i, i+len(hexGroups.FindString(s[i:]))
	for end < len(s) && (end < groups || isWordByte(s[end]) || isOfTime(s, i, end)) {
		end++
	}
	text := s[i:end]
	if operators[strings.ToLower(text)] {
		e.property, e.last = e.last, text
		return end
	}
	argument := e.kind == arguing && i > 0 && s[i-1] == '=' && strings.ContainsAny(text, "0123456789")
	term := e.kind == searching && !connectives[text] && (end == len(s) || s[end] != ':')
	e.last = text
	if ascii.IsDigit(text[0]) || text[0] == '-' || len(text) == 36 && text[8] == '-' || argument || term {
		e.literals++
		leaf := Leaf{Text: text, Role: Literal, Name: e.compared(), List: e.list, Bare: e.kind != searching}
		e.w.in(frame{index: e.literals, hash: true}, func() { e.w.show(leaf, base+i) })
		return end
	}
	for step := range strings.SplitSeq(text, "/") { // a path of properties has a name in each
		e.identifier(odata.OwnName(step), base+i)
		i += len(step) + 1
	}
	return end
}

func (e *expressionReader) identifier(text string, at int) {
	e.words++
	e.w.in(frame{label: "word", index: e.words, hash: true}, func() { e.w.show(Leaf{Text: text, Role: Identifier}, at) })
}

// isOfTime reports whether the colon at end is one of a time in the word that begins at i, as in
// 2026-11-24T08:30:00Z.
func isOfTime(s string, i, end int) bool {
	return s[end] == ':' && ascii.IsDigit(s[i]) && ascii.IsDigit(s[end-1]) && end+2 < len(s) && ascii.IsDigit(s[end+1]) &&
		ascii.IsDigit(s[end+2]) && (end+3 == len(s) || !ascii.IsDigit(s[end+3]))
}

// hexGroups are three and more, between colons: an IPv6 address, or what could hold one, is one word.
var hexGroups = regexp.MustCompile(`^(?:[0-9A-Fa-f]*:){2,}[0-9A-Fa-f]+`)

// literal reads what stands between quotes.
func (e *expressionReader) literal(s string, i, base int, quote byte) int {
	end, how := quoteEnd(s, i+1, quote), asLiteral
	if quote == '"' {
		how = asQuoted
	}
	raw, at := s[i+1:end], base+i+1
	leaf := Leaf{Role: Literal, Name: e.compared(), List: e.list}
	if e.kind == searching {
		name, value, _ := strings.Cut(raw, ":")
		if (ascii.All(name, ascii.IsLetter) || standsForName(name)) && len(name) < len(raw) && !strings.HasPrefix(value, "//") {
			e.identifier(name, at)
			leaf.Name, raw, at = name, value, at+len(name)+1
		}
	}
	e.literals++
	e.w.in(frame{index: e.literals, hash: true}, func() {
		e.w.written(how, raw, at, func(t string, at int) { e.w.value(t, at, leaf) })
	})
	return end + 1
}

// compared is the property that a literal is compared with.
func (e *expressionReader) compared() string {
	path := e.property
	if path == e.variable && path != "" {
		path = e.of
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}
