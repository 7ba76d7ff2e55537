package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

const (
	maxListed = 12 // names in a list of what was wanted
	maxBrief  = 80 // characters of a value

	absent = "(absent)" // what was got where there is nothing
)

// wanted says in words what the keyword asks.
func (l leaf) wanted() string {
	if l.want != "" {
		return l.want
	}
	var keyword any
	if l.src != nil {
		keyword, _ = l.src.lookup(l.pointer)
	}
	text := brief(keyword)
	switch l.rule {
	case RuleType:
		return strings.Join(texts(keyword), " or ")
	case RuleEnum:
		return l.wantMember(keyword)
	case RuleFormat:
		return describeFormat(keyword)
	case RulePattern:
		return fmt.Sprintf("text that matches %v", keyword)
	case RuleConst:
		return text
	case RuleFalse:
		return "nothing here"
	case RuleNot:
		return "anything but " + text
	case RuleAdditionalProperties:
		return "no other members"
	case RuleMultipleOf:
		return "a multiple of " + text
	case RuleUniqueItems:
		return "no two equal elements"
	case RuleMinimum:
		return "at least " + text
	case RuleMaximum:
		return "at most " + text
	case RuleExclusiveMinimum:
		return "more than " + text
	case RuleExclusiveMaximum:
		return "less than " + text
	case RuleMinLength, RuleMinItems, RuleMinProperties:
		return fmt.Sprintf("at least %s %s", text, unit(l.rule))
	case RuleMaxLength, RuleMaxItems, RuleMaxProperties:
		return fmt.Sprintf("at most %s %s", text, unit(l.rule))
	}
	return fmt.Sprintf("%s %s", l.rule, text)
}

// unit is what a keyword such as maxLength counts.
func unit(rule Rule) string {
	switch rule {
	case RuleMinLength, RuleMaxLength:
		return "characters"
	case RuleMinItems, RuleMaxItems:
		return "elements"
	}
	return "members"
}

func (l leaf) wantMember(keyword any) string {
	if strings.HasSuffix(l.pointer, membersOf) {
		return "some of " + listed(texts(keyword)) + ", with commas between"
	}
	return "one of " + listed(texts(keyword))
}

// isEvolvable reports whether Graph may add members to the enum that a leaf is
// about (concepts/best-practices-concept).
func (l leaf) isEvolvable() bool {
	around := strings.TrimSuffix(strings.TrimSuffix(l.pointer, "/"+membersOf), "/enum")
	return l.src != nil && l.src.graphFacts(around).Evolvable
}

func describeFormat(keyword any) string {
	name := fmt.Sprint(keyword)
	if f, ok := identity.Lookup(name); ok && f.Doc != "" {
		return name + ": " + f.Doc
	}
	return name
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

// brief is a value as JSON, cut to maxBrief characters. Its cost does not grow
// with the value.
func brief(v any) string {
	text := string(appendBrief(nil, v))
	if runes := []rune(text); len(runes) > maxBrief {
		return string(runes[:maxBrief-1]) + "…"
	}
	return text
}

// enough is more bytes than a brief value can have.
const enough = 4 * maxBrief

func appendBrief(dst []byte, v any) []byte {
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
		for i, item := range v {
			if len(dst) > enough {
				break
			}
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendBrief(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		return appendBriefObject(dst, v)
	}
	return fmt.Append(dst, jsonWord(v))
}

func appendBriefObject(dst []byte, object map[string]any) []byte {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(object)) {
		if len(dst) > enough {
			break
		}
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendBrief(dst, name), ": "...)
		dst = appendBrief(dst, object[name])
	}
	return append(dst, '}')
}

// jsonWord is what JSON calls a value that is neither text, number nor container.
func jsonWord(v any) any {
	if v == nil {
		return "null"
	}
	return v
}

// indexOf is the index that a pointer's token stands for.
func indexOf(token string) int {
	index, _ := strconv.Atoi(token)
	return index
}
