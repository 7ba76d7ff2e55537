package place

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
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
	if s == "" {
		return
	}
	w := r.w
	if name, _, named := strings.Cut(s, "="); s[0] != '\'' && (named || isList(s)) && strings.IndexByte(name, '\'') < 0 {
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
	if value == "" {
		return
	}
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
