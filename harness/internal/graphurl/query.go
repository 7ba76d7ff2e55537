package graphurl

import (
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

// sortedLists puts the lists of $select and $expand in order, nested ones too:
// their order does not change meaning. Any other value, and a list that is not
// well formed, is returned as it is.
func sortedLists(name, value string, depth int) string {
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
