package graphurl

import (
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// parseQuery splits at '&' only: ';' is part of a value. On another host than
// Graph's, names keep their case and values their order; names are sorted there
// too, because in x=y&z=w order carries no meaning between different names.
func parseQuery(raw string, graph bool) []Option {
	if raw == "" {
		return nil
	}
	options := make([]Option, 0, strings.Count(raw, "&")+1)
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name, true), unescape(value, true)
		if graph {
			name = optionName(name)
			value = sortedLists(name, value, 0)
		}
		options = append(options, Option{name, value})
	}
	sortOptions(options)
	return options
}

// optionName folds the name of a query option. The '$' of a system option is
// optional (concepts/query-parameters); names are case-insensitive
// (concepts/call-api). A parameter alias (@x) is the caller's own and is kept.
func optionName(name string) string {
	if name == "" || name[0] == '@' {
		return name
	}
	switch lower := ascii.ToLower(strings.TrimPrefix(name, "$")); lower {
	case "select":
		return "$select"
	case "filter":
		return "$filter"
	case "expand":
		return "$expand"
	case "orderby", "top", "skip", "count", "search", "format", "skiptoken",
		"deltatoken", "apply", "compute", "levels", "index", "schemaversion":
		return "$" + lower
	default:
		if name[0] == '$' {
			return "$" + lower
		}
	}
	return argumentName(name)
}

// deepest bounds the nesting of $expand; what lies deeper is compared as text.
const deepest = 16

// sortedLists puts the lists of $select, $expand and $filter in order, nested ones
// too: their order does not change meaning. Any other value, and a list that is not
// well formed, is returned as it is.
func sortedLists(name, value string, depth int) string {
	if name == "$filter" && strings.Contains(value, " in") {
		return inList.ReplaceAllStringFunc(value, sortedSet)
	}
	if name != "$select" && name != "$expand" || depth > deepest {
		return value
	}
	if !strings.ContainsAny(value, ",( ") {
		return value
	}
	items, ok := SplitList(value, ',')
	if !ok {
		return value
	}
	for i, item := range items {
		items[i] = expandItem(strings.Trim(item, " "), depth)
	}
	slices.Sort(items)
	return strings.Join(items, ",")
}

// inList finds the sets that a filter compares with, as in: name in ('a','b'). What
// stands between quotes is none.
var inList = regexp.MustCompile(`'[^']*'| +in *\((?:'[^']*'|[^'()])*\)`)

// sortedSet puts what inList found in order.
func sortedSet(found string) string {
	items, ok := SplitList(strings.TrimSuffix(found[strings.IndexByte(found, '(')+1:], ")"), ',')
	if found[0] == '\'' || !ok {
		return found
	}
	for i, item := range items {
		items[i] = strings.Trim(item, " ")
	}
	slices.Sort(items)
	return " in (" + strings.Join(items, ",") + ")"
}

// expandItem reads members($select=id;$top=5).
func expandItem(item string, depth int) string {
	name, inner, ok := cutCall(item)
	if !ok {
		return item
	}
	parts, ok := SplitList(inner, ';')
	if !ok {
		return item
	}
	options := make([]Option, 0, len(parts))
	for _, part := range parts {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return item
		}
		key = optionName(strings.Trim(key, " "))
		options = append(options, Option{key, sortedLists(key, value, depth+1)})
	}
	sortOptions(options)
	var b strings.Builder
	b.WriteString(name)
	for i, option := range options {
		b.WriteByte("(;"[min(i, 1)])
		b.WriteString(option.Name)
		b.WriteByte('=')
		b.WriteString(option.Value)
	}
	b.WriteByte(')')
	return b.String()
}

// nesting follows parentheses and the quotes inside them. A quote outside
// parentheses is part of a name: users/o'brien.
type nesting struct {
	depth  int
	quoted bool
}

func (n *nesting) step(c byte) {
	switch {
	case c == '\'' && n.depth > 0:
		n.quoted = !n.quoted
	case n.quoted:
	case c == '(':
		n.depth++
	case c == ')' && n.depth > 0:
		n.depth--
	}
}

func (n *nesting) read(s string) {
	for i := range len(s) {
		n.step(s[i])
	}
}

// cutCall splits name(inner) where the first parenthesis is closed by the last
// byte.
func cutCall(text string) (name, inner string, ok bool) {
	end := len(text) - 1
	if end < 1 || text[end] != ')' {
		return "", "", false
	}
	open := strings.IndexByte(text, '(')
	if open < 1 {
		return "", "", false
	}
	var n nesting
	for i := open; i < end; i++ {
		if n.step(text[i]); n.depth == 0 {
			return "", "", false
		}
	}
	if n.quoted || n.depth != 1 {
		return "", "", false
	}
	return text[:open], text[open+1 : end], true
}

// keyLiteral reads a key in parentheses: 'x' with its quotes doubled, or x as in
// the Location that v1.0/api/team-archive shows.
func keyLiteral(inner string) (string, bool) {
	inner = strings.Trim(inner, " ")
	if strings.IndexByte(inner, '\'') < 0 {
		return inner, inner != ""
	}
	if len(inner) < 2 || inner[0] != '\'' || inner[len(inner)-1] != '\'' {
		return "", false
	}
	inner = inner[1 : len(inner)-1]
	if strings.IndexByte(inner, '\'') < 0 {
		return inner, true
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\'' {
			if i++; i == len(inner) || inner[i] != '\'' {
				return "", false
			}
		}
		b.WriteByte(inner[i])
	}
	return b.String(), true
}

// namedArgs reads name=value,name=value. Values stay OData literals.
func namedArgs(inner string) ([]Option, bool) {
	if strings.IndexByte(inner, '=') < 0 {
		return nil, false
	}
	parts, ok := SplitList(inner, ',')
	if !ok {
		return nil, false
	}
	args := make([]Option, len(parts))
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.Trim(name, " "), strings.Trim(value, " ")
		// Base64 that ends in '=' is an unquoted key.
		if !isQualifiedName(name) || value == "" || value[0] == '=' {
			return nil, false
		}
		args[i] = Option{argumentName(name), value}
	}
	sortOptions(args)
	return args, true
}

func isQualifiedName(s string) bool {
	for i := range len(s) {
		switch c := ascii.Lower(s[i]); {
		case 'a' <= c && c <= 'z', c == '_':
		case i > 0 && ('0' <= c && c <= '9' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}

// SplitList splits s at sep outside quotes and brackets. It fails when those are
// not balanced.
func SplitList(s string, sep byte) ([]string, bool) {
	var parts []string
	depth, quoted, start := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == sep && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	if quoted || depth != 0 {
		return nil, false
	}
	return append(parts, s[start:]), true
}

func sortOptions(options []Option) {
	slices.SortStableFunc(options, func(a, b Option) int { return strings.Compare(a.Name, b.Name) })
}
