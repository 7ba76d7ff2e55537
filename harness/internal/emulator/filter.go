package emulator

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// filter reads $filter and $search: comparisons joined by and. What the default
// engine cannot do needs ConsistencyLevel: eventual and $count=true, else the
// answer is 400 (concepts/aad-advanced-queries).
func (c *call) filter() (func(object) bool, error) {
	var tests []func(object) bool
	for _, term := range splitOutsideQuotes(c.option("$filter"), '\'', " and ") {
		test, advanced, err := parseTerm(strings.TrimSpace(term))
		if err != nil {
			return nil, err
		}
		if advanced && !c.counts() {
			return nil, fail(400, "Request_UnsupportedQuery", "Operator or function of '%s' is not supported or requires 'ConsistencyLevel: eventual' and '$count=true'.", term)
		}
		tests = append(tests, test)
	}
	if search := strings.Trim(c.option("$search"), `"`); search != "" {
		if !c.eventual() {
			return nil, fail(400, "Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		}
		property, word, _ := strings.Cut(search, ":")
		tests = append(tests, func(o object) bool {
			return strings.Contains(strings.ToLower(o.text(property)), strings.ToLower(word))
		})
	}
	return func(o object) bool {
		return !slices.ContainsFunc(tests, func(test func(object) bool) bool { return !test(o) })
	}, nil
}

// splitOutsideQuotes gives nothing for "".
func splitOutsideQuotes(s string, quote byte, separator string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		if s[i] == quote {
			quoted = !quoted
		}
		if !quoted && strings.HasPrefix(s[i:], separator) {
			parts = append(parts, s[start:i])
			start = i + len(separator)
		}
	}
	if s == "" {
		return nil
	}
	return append(parts, s[start:])
}

var functions = map[string]func(s, prefix string) bool{
	"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains,
}

func parseTerm(term string) (test func(object) bool, advanced bool, err error) {
	unsupported := fail(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified: '%s'.", term)
	if m := anyOf.FindStringSubmatch(term); m != nil && m[2] == m[3] {
		literal, _ := unquote(m[4])
		return func(o object) bool { return holdsText(o.value(m[1]), literal) }, false, nil
	}
	if name, rest, ok := strings.Cut(term, "("); ok && strings.HasSuffix(rest, ")") {
		holds := functions[strings.ToLower(strings.TrimSpace(name))]
		property, value, ok := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
		literal, isText := unquote(strings.TrimSpace(value))
		if holds == nil || !ok || !isText {
			return nil, false, unsupported
		}
		test = func(o object) bool {
			return holds(strings.ToLower(o.text(strings.TrimSpace(property))), strings.ToLower(literal))
		}
		return test, !strings.EqualFold(name, "startswith"), nil
	}
	words := strings.SplitN(term, " ", 3)
	if len(words) != 3 || words[1] != "eq" && words[1] != "ne" {
		return nil, false, unsupported
	}
	literal, isText := unquote(words[2])
	if !isText {
		literal = words[2]
	}
	equal := words[1] == "eq"
	return func(o object) bool { return strings.EqualFold(plainText(o.value(words[0])), literal) == equal }, !equal, nil
}

// anyOf is identifierUris/any(s:s eq 'api://x').
var anyOf = regexp.MustCompile(`^(\w+)/any\((\w+):\s*(\w+) eq ('[^']*')\)$`)

// holdsText reports whether a list has a text, whatever its letters' case.
func holdsText(list any, text string) bool {
	switch list := list.(type) {
	case []string:
		return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
	case []any:
		return slices.ContainsFunc(list, func(v any) bool { return strings.EqualFold(plainText(v), text) })
	}
	return false
}

func plainText(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return "", false
	}
	return strings.ReplaceAll(s[1:len(s)-1], "''", "'"), true
}

// sortUsers sorts by the value of $orderby: one property, asc or desc.
func sortUsers(found []*user, by string) error {
	if by == "" {
		return nil
	}
	property, direction, _ := strings.Cut(by, " ")
	if !slices.Contains([]string{"displayName", "userPrincipalName"}, property) {
		return fail(400, "Request_UnsupportedQuery", "Sorting not supported for current query.")
	}
	slices.SortStableFunc(found, func(a, b *user) int {
		n := cmp.Compare(a.props.text(property), b.props.text(property))
		if strings.EqualFold(direction, "desc") {
			return -n
		}
		return n
	})
	return nil
}
