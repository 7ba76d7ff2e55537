package place

import (
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
)

// readAddress reads an address, absolute or relative, that is the whole text.
func readAddress(w *walker, s string, base int) {
	path := 0
	if host := authority(s); host > 0 {
		if scheme := s[:host-len("://")]; !schemes[scheme] { // an app's own
			w.in(frame{label: "scheme"}, func() { w.show(Leaf{Text: scheme, Role: Host}, base) })
		}
		end := host + indexAny(s[host:], "/?#")
		readAuthority(w, s[host:end], base+host)
		path = end
	}
	rest := s[path:]
	fragment := indexUnquoted(rest, '#')
	query := indexUnquoted(rest[:fragment], '?')
	readPath(w, rest[:query], base+path)
	if query < fragment {
		readOptions(w, rest[query+1:fragment], base+path+query+1, false)
	}
	if fragment < len(rest) {
		w.in(frame{label: "fragment"}, func() { readPath(w, rest[fragment+1:], base+path+fragment+1) }) // a path with keys, in @odata.context
	}
}

// schemes are those of addresses that say nothing.
var schemes = map[string]bool{"https": true, "http": true, "HTTPS": true, "HTTP": true, "api": true, "tzone": true, "ftp": true,
	"ldap": true, "ldaps": true, "otpauth": true, "file": true, "wss": true, "ws": true, "msteams": true, "smb": true, "rtsp": true}

// readAuthority reads USER@HOST:PORT.
func readAuthority(w *walker, s string, base int) {
	if k := strings.LastIndexByte(s, '@'); k >= 0 {
		user := s[:k]
		w.in(frame{label: "user"}, func() { w.show(Leaf{Text: user, Role: Option, Name: "userinfo"}, base) })
		s, base = s[k+1:], base+k+1
	}
	w.in(frame{label: "host"}, func() { w.show(Leaf{Text: graph.WithoutPort(s), Role: Host}, base) })
}

// A pathReader counts the steps of a path: key syntax and plain segments alike.
type pathReader struct {
	w        *walker
	step     int    // of the next segment
	previous string // the last segment
	files    bool   // between root:/ and :
}

// readPath reads the segments of a path.
func readPath(w *walker, s string, base int) {
	r := pathReader{w: w}
	for start := 0; start <= len(s); {
		end := start + indexAny(s[start:], "/")
		for end < len(s) && openQuote(s[start:end]) { // a slash within getByPath(path='/a/b')
			end += 1 + indexAny(s[end+1:], "/")
		}
		if end > start {
			w.written(asPath, s[start:end], base+start, r.plain)
		}
		start = end + 1
	}
}

// openQuote reports whether a segment ends within a literal in parentheses.
func openQuote(s string) bool {
	k := strings.IndexByte(s, '(')
	return k >= 0 && (strings.Count(s[k:], "'")+strings.Count(s[k:], "%27"))%2 == 1
}

// plain reads a segment as it is meant. An SDK escapes the slashes of root:/a/b.
func (r *pathReader) plain(s string, base int) {
	head, _, colon := strings.Cut(s, ":/")
	if strings.IndexByte(s, '/') <= 0 || authority(s) > 0 || !r.files && (!colon || openQuote(head)) {
		r.decoded(s, base)
		return
	}
	for part := range strings.SplitSeq(s, "/") {
		r.decoded(part, base)
		base += len(part) + 1
	}
}

// decoded reads one segment without escapes.
func (r *pathReader) decoded(s string, base int) {
	defer func() { r.previous = s }()
	if s == "" {
		return
	}
	name, ends := strings.CutSuffix(s, ":")
	if s[0] == ':' { // :w:, the kind of what a sharing link leads to
		name, ends = s, false
	}
	if r.files {
		r.show(name, base, FileName)
		r.files = !ends
		return
	}
	if s[0] == '/' || authority(s) > 0 { // an address within the address
		r.show(s, base, Segment)
		return
	}
	if open := strings.IndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") {
		r.show(name[:open], base, Segment)
		r.arguments(name[open+1:len(name)-1], base+open+1)
	} else {
		r.show(name, base, Segment)
	}
	// root:/.., items/ID:/.., and sites/HOST:/sites/hr, which names a site by its path
	r.files = ends && (strings.EqualFold(r.previous, "sites") || !strings.Contains(r.previous, "sites"))
}

func (r *pathReader) show(s string, base int, role Role) {
	r.step++
	r.w.in(frame{label: "path", index: r.step}, func() { r.w.value(s, base, Leaf{Role: role, Name: r.previous}) })
	r.previous = s
}

// arguments reads what stands in the parentheses of a segment: a key, or arguments by name.
func (r *pathReader) arguments(s string, base int) {
	w := r.w
	if name, _, named := strings.Cut(s, "="); (named || isList(s)) && strings.IndexByte(name, '\'') < 0 {
		w.in(frame{label: "arguments", index: r.step + 1}, func() { readExpression(w, s, base, arguing) })
		return
	}
	key := s
	if isQuoted(s) {
		key, base = s[1:len(s)-1], base+1
	}
	w.written(asLiteral, key, base, func(t string, at int) { r.show(t, at, Segment) })
}

// isList reports whether what stands in parentheses without quotes is a list of properties,
// as in $metadata#groups(displayName,id), and no key.
func isList(s string) bool {
	items := strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ' ' })
	return !slices.ContainsFunc(items, func(item string) bool { return strings.ContainsAny(item, "0123456789-@{") && !standsForName(item) })
}

// expressions are the options that hold expressions of OData.
var expressions = map[string]bool{
	"filter": true, "search": true, "orderby": true, "select": true, "expand": true, "apply": true, "compute": true, "id": true,
}

// readOptions reads a query, or the fields of a form.
func readOptions(w *walker, s string, base int, form bool) {
	for option := range strings.SplitSeq(s, "&") {
		readOption(w, option, base, form)
		base += len(option) + 1
	}
}

func readOption(w *walker, s string, base int, form bool) {
	name, value, _ := strings.Cut(s, "=")
	plain := asQuery.plain(name)
	label, canonical := "query", strings.TrimPrefix(strings.ToLower(plain), "$")
	shown := plain
	switch {
	case form:
		label = "form"
	case expressions[canonical] || protocol.IsToken(canonical) && canonical != "token", strings.HasPrefix(plain, "$"):
		shown = "$" + canonical
	}
	w.push(frame{label: label, name: shown})
	defer w.pop()
	w.written(asQuery, name, base, func(t string, at int) { w.show(Leaf{Text: t, Role: OptionName, Name: canonical}, at) })
	w.written(asQuery, value, base+len(name)+1, func(t string, at int) {
		switch {
		case form:
			w.value(t, at, Leaf{Role: Field, Name: plain})
		case canonical == "search":
			readExpression(w, t, at, searching)
		case expressions[canonical], isQuoted(t) && !protocol.IsToken(canonical): // @alias='x', q='x'
			readExpression(w, t, at, listing)
		case protocol.IsToken(canonical):
			w.show(Leaf{Text: t, Role: Token, Name: canonical}, at)
		default:
			w.value(t, at, Leaf{Role: Option, Name: plain})
		}
	})
}

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
	if path == e.variable {
		path = e.of
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}
