package jsondoc

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/ohler55/ojg/jp"
)

// A Path is a compiled RFC 9535 query.
type Path struct {
	expr      jp.Expr
	hasFilter bool
}

// A Node is one value that a path selected, with its RFC 9535 normalized path.
type Node struct {
	Path  string
	Value any
}

// ParsePath compiles an RFC 9535 query. A query without the leading "$" is
// relative to the root ("values.appIds[0]").
//
// Names, indices, slices, wildcards, unions, descendants and filters are those
// of the RFC, with these limits, each an error: a filter cannot look at the root
// ("$" inside "[?...]"), there is no value() function, and white space may stand
// only inside brackets. In a filter, integers compare exactly within 64 bits,
// other numbers as float64 (the tree itself stays exact).
func ParsePath(query string) (*Path, error) {
	absolute, err := absolutePath(query)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", query, err)
	}
	expr, err := jp.ParseString(absolute)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w (names with other characters than letters, digits and '_' are written ['name'])", query, err)
	}
	if _, ok := expr[len(expr)-1].(jp.Descent); ok {
		return nil, fmt.Errorf("path %q: '..' must be followed by a name, '*' or '['", query)
	}
	return &Path{expr, slices.ContainsFunc(expr, isFilter)}, nil
}

func isFilter(step jp.Frag) bool {
	_, ok := step.(*jp.Filter)
	return ok
}

// absolutePath completes a relative query and refuses what the path library
// would accept but evaluate wrongly.
func absolutePath(query string) (string, error) {
	switch {
	case query == "":
		return "", errors.New("is empty")
	case query[0] == '@':
		return "", fmt.Errorf("a name with '@' is written ['%s']", query)
	case query[0] == '[' || query[0] == '.':
		query = "$" + query
	case query[0] != '$':
		query = "$." + query
	}
	var b strings.Builder
	quote, escaped, digits := byte(0), false, 0
	for i, c := range []byte(query) {
		inText := quote != 0 || c == '\'' || c == '"'
		switch {
		case quote != 0:
			if c == quote && !escaped {
				quote = 0
			}
			escaped = c == '\\' && !escaped
		case inText:
			quote = c
		}
		if digits++; inText || c < '0' || c > '9' {
			digits = 0
		}
		switch {
		case digits > 18:
			return "", errors.New("a number has more than 18 digits")
		case inText:
		case c == '$' && i > 0:
			return "", errors.New("'$' is supported at the beginning only")
		case c == '-' && strings.IndexByte("=<>", query[i-1]) >= 0:
			b.WriteByte(' ') // the library reads "==-" as one operator
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// Select returns the nodes that the path selects, in document order (members by
// name, so that the order is the same on every run). A node selected twice is
// returned twice.
func (p *Path) Select(doc any) (nodes []Node) {
	if len(p.expr) == 1 {
		return []Node{{Root, doc}}
	}
	// The library panics on some combinations of filter operators and values,
	// such as a regular expression taken from the document; those select nothing.
	defer func() {
		if recover() != nil {
			nodes = nil
		}
	}()
	searched := doc
	if p.hasFilter {
		searched = withPlainNumbers(doc)
	}
	locations := p.expr.Locate(searched, 0)
	slices.SortStableFunc(locations, compareLocations)
	for _, location := range locations {
		if node, ok := nodeAt(doc, location); ok {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

// withPlainNumbers copies a document with its numbers as int64 or float64, the only
// types that the path library's filters compare by value.
func withPlainNumbers(doc any) any {
	switch v := doc.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = withPlainNumbers(item)
		}
		return items
	case map[string]any:
		members := make(map[string]any, len(v))
		for name, value := range v {
			members[name] = withPlainNumbers(value)
		}
		return members
	}
	return doc
}

// compareLocations orders normalized paths as their values stand in a sorted
// document; a container comes before what is in it.
func compareLocations(a, b jp.Expr) int {
	return slices.CompareFunc(a, b, func(x, y jp.Frag) int {
		switch x := x.(type) {
		case jp.Nth:
			if y, ok := y.(jp.Nth); ok {
				return cmp.Compare(x, y)
			}
		case jp.Child:
			if y, ok := y.(jp.Child); ok {
				return cmp.Compare(x, y)
			}
		}
		return 0 // both are the root
	})
}

// nodeAt finds the value at a location in the document with its exact numbers.
func nodeAt(doc any, location jp.Expr) (Node, bool) {
	path := Root
	for _, frag := range location {
		switch frag := frag.(type) {
		case jp.Nth:
			array, ok := doc.([]any)
			if !ok || int(frag) < 0 || int(frag) >= len(array) {
				return Node{}, false
			}
			doc = array[frag]
			path = AppendPath(path, int(frag))
		case jp.Child:
			object, ok := doc.(map[string]any)
			if !ok {
				return Node{}, false
			}
			doc = object[string(frag)]
			path = AppendPath(path, string(frag))
		}
	}
	return Node{path, doc}, true
}

// Root is the normalized path of a whole document.
const Root = "$"

// AppendPath appends one step to a normalized path (RFC 9535, section 2.7): a
// string is a member name, an int an index. The root is "$". A step of any other
// type is left out.
func AppendPath(path string, step any) string {
	switch step := step.(type) {
	case int:
		return path + "[" + strconv.Itoa(step) + "]"
	case string:
		return path + "['" + escapeName(step) + "']"
	}
	return path
}

func escapeName(name string) string {
	special := strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == '\'' || r == '\\' })
	if special < 0 {
		return name
	}
	escaped := append(make([]byte, 0, len(name)+8), name[:special]...)
	for _, c := range []byte(name[special:]) {
		switch {
		case c == '\'':
			escaped = append(escaped, '\\', c)
		case c < ' ', c == '\\':
			escaped = appendEscape(escaped, c)
		default:
			escaped = append(escaped, c)
		}
	}
	return string(escaped)
}

// MaskNames is a path with [*] for the names that are not to be shown, by what they are and
// the name before.
func MaskNames(path string, shows func(name, parent string) bool) string {
	masked, parent := Root, ""
	for step := range steps(path) {
		name, isName := step.(string)
		if isName && !shows(name, parent) {
			masked += "[*]"
			continue
		}
		if isName {
			parent = name
		}
		masked = AppendPath(masked, step)
	}
	return masked
}

// steps are those of a normalized path, ints and strings, as far as it is one.
func steps(path string) iter.Seq[any] {
	return func(yield func(any) bool) {
		rest, ok := strings.CutPrefix(path, Root)
		for ok && rest != "" {
			var step any
			if step, rest, ok = cutStep(rest); !ok || !yield(step) {
				return
			}
		}
	}
}

// cutStep cuts the first step off what follows the root of a normalized path.
func cutStep(path string) (step any, rest string, ok bool) {
	if body, isName := strings.CutPrefix(path, "['"); isName {
		return cutName(body)
	}
	body, isIndex := strings.CutPrefix(path, "[")
	digits, rest, closed := strings.Cut(body, "]")
	index, err := strconv.Atoi(digits)
	if !isIndex || !closed || err != nil || index < 0 {
		return nil, "", false
	}
	return index, rest, true
}

// cutName reads a member name up to its closing quote and bracket.
func cutName(body string) (step any, rest string, ok bool) {
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '\'':
			rest, closed := strings.CutPrefix(body[i+1:], "]")
			name, valid := unescapeName(body[:i])
			return name, rest, closed && valid
		}
	}
	return nil, "", false
}

// unescapeName undoes escapeName: the escapes are JSON's, but for the quote.
func unescapeName(name string) (string, bool) {
	if !strings.Contains(name, `\`) {
		return name, true
	}
	quoted := strings.NewReplacer(`\\`, `\\`, `\'`, `'`, `"`, `\"`).Replace(name)
	s := scanner{text: `"` + quoted + `"`}
	if !s.str() || s.pos != len(s.text) {
		return "", false
	}
	return s.decoded(s.text), true
}
