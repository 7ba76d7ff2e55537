package runner

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// isOfType counts 1.0 as an integer, as JSON Schema does, and in a header or a
// text a numeral for a number.
func isOfType(s subject, want []string) bool {
	if s.plain && slices.ContainsFunc(want, func(t string) bool { return t == "integer" || t == "number" || t == "boolean" }) {
		value, err := jsondoc.Parse(s.value.(string))
		if err != nil {
			return false
		}
		s = subject{value: value}
	}
	got := typeOf(s)
	return slices.Contains(want, got) || got == "integer" && slices.Contains(want, "number")
}

func typeOf(s subject) string {
	if n, ok := s.value.(json.Number); ok {
		if d, ok := parseDecimal(n.String()); ok && d.isInteger() {
			return "integer"
		}
	}
	return cmp.Or(jsondoc.Kind(s.value), "unknown")
}

func article(typ string) string {
	switch {
	case typ == "null":
		return typ
	case strings.ContainsAny(typ[:1], "aeiou"):
		return "an " + typ
	}
	return "a " + typ
}
