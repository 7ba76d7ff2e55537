package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

const (
	maxListed = 12         // names in a list of what was wanted
	absent    = "(absent)" // what was got where there is nothing
)

// wants says in words what a keyword asks, with {} for its value.
var wants = map[string]string{
	"additionalProperties": "no other members",
	"const":                "{}",
	"exclusiveMaximum":     "less than {}",
	"exclusiveMinimum":     "more than {}",
	string(RuleFalse):      "nothing here",
	"maxItems":             "at most {} elements",
	"maxLength":            "at most {} characters",
	"maxProperties":        "at most {} members",
	"maximum":              "at most {}",
	"minItems":             "at least {} elements",
	"minLength":            "at least {} characters",
	"minProperties":        "at least {} members",
	"minimum":              "at least {}",
	"multipleOf":           "a multiple of {}",
	"not":                  "anything but {}",
	"uniqueItems":          "no two equal elements",
}

// wanted says in words what the keyword asks.
func (l leaf) wanted() string {
	if l.want != "" {
		return l.want
	}
	var keyword any
	if l.src != nil {
		keyword, _ = l.src.lookup(l.pointer)
	}
	switch string(l.rule) {
	case string(RuleType):
		return strings.Join(texts(keyword), " or ")
	case string(RuleEnum):
		if strings.HasSuffix(l.pointer, membersOf) {
			return "some of " + listed(texts(keyword)) + ", with commas between"
		}
		return "one of " + listed(texts(keyword))
	case string(RuleFormat):
		name := fmt.Sprint(keyword)
		if f, ok := identity.Lookup(name); ok && f.Doc != "" {
			return name + ": " + f.Doc
		}
		return name
	case "pattern":
		return fmt.Sprintf("text that matches %v", keyword)
	}
	text := brief(keyword)
	if want, known := wants[string(l.rule)]; known {
		return strings.Replace(want, "{}", text, 1)
	}
	return fmt.Sprintf("%s %s", l.rule, text)
}

// isEvolvable reports whether Graph may add members to the enum that a leaf is
// about (concepts/best-practices-concept).
func (l leaf) isEvolvable() bool {
	around := strings.TrimSuffix(strings.TrimSuffix(l.pointer, "/"+membersOf), "/enum")
	return l.src != nil && l.src.graphFacts(around).Evolvable
}

// texts is a keyword's value, one or several, as texts.
func texts(keyword any) []string {
	list, ok := keyword.([]any)
	if !ok {
		list = []any{keyword}
	}
	all := make([]string, len(list))
	for i, item := range list {
		if text, ok := item.(string); ok {
			all[i] = text
		} else {
			all[i] = brief(item)
		}
	}
	return all
}

// listed joins names, of which a long list is cut.
func listed(names []string) string {
	if len(names) <= maxListed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, and %d more", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
}

const (
	maxBrief = 80           // characters of a value
	enough   = 4 * maxBrief // more bytes than a brief value can have
)

// brief is a value as JSON for people to read, cut to 80 characters. Its cost does not grow
// with the value.
func brief(v any) string {
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
		return jsondoc.Canonical(dst, v)
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
	return jsondoc.Canonical(dst, v)
}
