package jsondoc

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const (
	maxBrief = 80           // characters of a value
	enough   = 4 * maxBrief // more bytes than a brief value can have
)

// Brief is a value as JSON for people to read, cut to 80 characters. Its cost does not grow
// with the value.
func Brief(v any) string {
	text := string(appendBrief(nil, v))
	if runes := []rune(text); len(runes) > maxBrief {
		return string(runes[:maxBrief-1]) + "…"
	}
	return text
}

func appendBrief(dst []byte, v any) []byte {
	separator := ""
	switch v := v.(type) {
	case string:
		if len(v) > enough {
			v = strings.ToValidUTF8(v[:enough], "")
		}
		return Canonical(dst, v)
	case json.Number:
		return append(dst, v[:min(len(v), enough)]...)
	case []any:
		dst = append(dst, '[')
		for _, item := range v {
			if len(dst) > enough {
				break
			}
			dst = appendBrief(append(dst, separator...), item)
			separator = ", "
		}
		return append(dst, ']')
	case map[string]any:
		dst = append(dst, '{')
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if len(dst) > enough {
				break
			}
			dst = appendBrief(append(dst, separator...), name)
			dst = appendBrief(append(dst, ": "...), v[name])
			separator = ", "
		}
		return append(dst, '}')
	}
	return Canonical(dst, v)
}
