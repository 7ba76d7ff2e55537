package place

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
)

// An addressReader reads addresses: hosts, paths, options.
type addressReader struct{ *walker }

// address reads an address, absolute or relative, that is the whole text.
func (w addressReader) address(s string, base int) {
	path := 0
	if host := authority(s); host > 0 {
		end := host + indexAny(s[host:], "/?#")
		w.authority(s[host:end], base+host)
		path = end
	}
	rest := s[path:]
	fragment := indexUnquoted(rest, '#')
	query := indexUnquoted(rest[:fragment], '?')
	w.path(rest[:query], base+path)
	if query < fragment {
		w.options(rest[query+1:fragment], base+path+query+1, false)
	}
	if fragment < len(rest) {
		w.fragment(rest[fragment+1:], base+path+fragment+1)
	}
}

// authority returns where the host of an absolute address begins, 0 for a relative one.
func authority(s string) int {
	k := strings.IndexByte(s[:min(len(s), 17)], ':')
	if k <= 0 || !strings.HasPrefix(s[k:], "://") || strings.Trim(s[:k], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") != "" {
		return 0
	}
	return k + 3
}

// indexAny is strings.IndexAny, or the end.
func indexAny(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// indexUnquoted finds a character that stands in no literal, or the end.
func indexUnquoted(s string, c byte) int {
	if strings.IndexByte(s, c) < 0 {
		return len(s)
	}
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '\'' && (quoted || i > 0 && strings.IndexByte("(=, ", s[i-1]) >= 0):
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	if quoted { // a quote that nothing closes is a character like others
		return strings.IndexByte(s, c)
	}
	return len(s)
}

// authority reads USER@HOST:PORT.
func (w addressReader) authority(s string, base int) {
	if k := strings.LastIndexByte(s, '@'); k >= 0 {
		w.push(frame{label: "user"})
		w.show(Leaf{Text: s[:k], Role: Option, Name: "user"}, base)
		w.pop()
		s, base = s[k+1:], base+k+1
	}
	end := len(s)
	if k := strings.LastIndexByte(s, ':'); k >= 0 && strings.Trim(s[k+1:], "0123456789") == "" {
		end = k
	}
	w.push(frame{label: "host"})
	w.show(Leaf{Text: s[:end], Role: Host}, base)
	w.pop()
}

// A pathReader counts the steps of a path: key syntax and plain segments alike.
type pathReader struct {
	w        *walker
	step     int    // of the next segment
	previous string // the last segment
	files    bool   // between root:/ and :
}

// path reads the segments of a path.
func (w addressReader) path(s string, base int) {
	r := pathReader{w: w.walker}
	for start := 0; start <= len(s); {
		end := start + indexAny(s[start:], "/")
		for end < len(s) && openQuote(s[start:end]) { // a slash within getByPath(path='/a/b')
			end += 1 + indexAny(s[end+1:], "/")
		}
		r.segment(s[start:end], base+start)
		start = end + 1
	}
}

// openQuote reports whether a segment ends within a literal in parentheses.
func openQuote(s string) bool {
	k := strings.IndexByte(s, '(')
	return k >= 0 && (strings.Count(s[k:], "'")+strings.Count(s[k:], "%27"))%2 == 1
}

func (r *pathReader) segment(s string, base int) {
	if s == "" {
		return
	}
	if isEscaped(s, false) && r.w.depth < mostDepth {
		r.w.through(percent(s, false), base, func(t string) {
			head, _, colon := strings.Cut(t, ":/")
			if strings.IndexByte(t, '/') >= 0 && t[0] != '/' && authority(t) == 0 && (r.files || colon && !openQuote(head)) { // an SDK escapes the slashes of root:/a/b
				at := 0
				for part := range strings.SplitSeq(t, "/") {
					r.decoded(part, at)
					at += len(part) + 1
				}
				return
			}
			r.decoded(t, 0)
		})
		return
	}
	r.w.spelled(asPercent, func() { r.decoded(s, base) })
}

// decoded reads one segment without escapes.
func (r *pathReader) decoded(s string, base int) {
	defer func() { r.previous = s }()
	if s == "" {
		return
	}
	name, ends := strings.CutSuffix(s, ":")
	if r.files {
		r.file(name, base)
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
	r.files = ends && !strings.Contains(r.previous, "sites") // root:/.., items/ID:/..
	if ends && strings.EqualFold(r.previous, "sites") {      // sites/HOST:/sites/hr: names a site by its path
		r.files = true
	}
}

// file shows a step that names a file.
func (r *pathReader) file(s string, base int) { r.show(s, base, FileName) }

func (r *pathReader) show(s string, base int, role Role) {
	r.w.push(frame{label: "path", index: r.step + 1})
	r.step++
	if !r.w.layered(s, base, Leaf{Role: role, Name: r.previous}) {
		r.w.show(Leaf{Text: s, Role: role, Name: r.previous}, base)
	}
	r.w.pop()
	r.previous = s
}

// arguments reads what stands in the parentheses of a segment: a key, or arguments by name.
func (r *pathReader) arguments(s string, base int) {
	if s == "" {
		return
	}
	w := r.w
	if name, _, named := strings.Cut(s, "="); s[0] != '\'' && (named || isList(s)) && strings.IndexByte(name, '\'') < 0 {
		w.push(frame{label: "arguments", index: r.step + 1})
		w.expression(s, base, arguing)
		w.pop()
		return
	}
	key := s
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		key, base = s[1:len(s)-1], base+1
	}
	if strings.Contains(key, "''") {
		w.through(unquoted(key), base, func(t string) { r.show(t, 0, Segment) })
		return
	}
	w.spelled(asLiteral, func() { r.show(key, base, Segment) })
}

// isList reports whether what stands in parentheses without quotes is a list of properties,
// as in $metadata#groups(displayName,id), and no key. What stands for a property is
// called member, with a number, a hyphen and four letters.
func isList(s string) bool {
	for item := range strings.SplitSeq(s, ",") {
		word, check, _ := strings.Cut(item, "-")
		if len(check) == 4 && ascii.All(check, ascii.IsLetter) && strings.TrimRight(word, "0123456789") == "member" {
			continue
		}
		if strings.ContainsAny(item, "0123456789-@{") {
			return false
		}
	}
	return true
}

// fragment reads what follows #, as in @odata.context: a path with keys.
func (w addressReader) fragment(s string, base int) {
	w.push(frame{label: "fragment"})
	defer w.pop()
	w.path(s, base)
}

// expressions are the options that hold expressions of OData.
var expressions = map[string]bool{
	"filter": true, "search": true, "orderby": true, "select": true, "expand": true, "apply": true, "compute": true, "id": true,
}

// options reads a query, or the fields of a form.
func (w addressReader) options(s string, base int, form bool) {
	for start := 0; start <= len(s); {
		end := start + indexAny(s[start:], "&")
		w.option(s[start:end], base+start, form)
		start = end + 1
	}
}

func (w addressReader) option(s string, base int, form bool) {
	if s == "" {
		return
	}
	name, value, valued := strings.Cut(s, "=")
	plain := name
	if isEscaped(name, true) {
		plain = percent(name, true).text
	}
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
	w.through(percent(name, true), base, func(t string) { w.show(Leaf{Text: t, Role: OptionName, Name: canonical}, 0) })
	if !valued || value == "" {
		return
	}
	at := base + len(name) + 1
	read := func(t string, at int) { w.optionValue(canonical, plain, t, at, form) }
	if isEscaped(value, true) && w.depth < mostDepth {
		w.through(percent(value, true), at, func(t string) { read(t, 0) })
		return
	}
	w.spelled(asPercent, func() { read(value, at) })
}

func (w addressReader) optionValue(canonical, name, s string, base int, form bool) {
	switch {
	case form:
		if !w.layered(s, base, Leaf{Role: Field, Name: name}) {
			w.show(Leaf{Text: s, Role: Field, Name: name}, base)
		}
	case canonical == "search":
		w.expression(s, base, searching)
	case expressions[canonical]:
		w.expression(s, base, listing)
	case protocol.IsToken(canonical):
		w.show(Leaf{Text: s, Role: Token, Name: canonical}, base)
	case len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'': // @alias='x', q='x'
		w.expression(s, base, listing)
	default:
		if !w.layered(s, base, Leaf{Role: Option, Name: name}) {
			w.show(Leaf{Text: s, Role: Option, Name: name}, base)
		}
	}
}
