package schema

import (
	"strings"
)

// selection reports properties that neither $select nor $expand asked for (id
// comes unasked in real recordings), in expanded entities too.
func (t *trail) selection(object map[string]any, names []string, expand []Expansion) {
	for _, e := range expand {
		t.expanded(object, e)
	}
	if names == nil {
		return
	}
	wanted := map[string]bool{"id": true}
	for _, option := range names {
		wanted[selected(option)] = true
	}
	for _, e := range expand {
		wanted[selected(e.Name)] = true
	}
	if wanted["*"] {
		return
	}
	for name, v := range object {
		if !wanted[strings.ToLower(name)] && strings.IndexByte(name, '@') < 0 {
			t.report(t.root.key, appendToken("/properties", name), Violation{Rule: RuleSelect,
				Want: "only what was selected: " + listed(names), Got: brief(v)}, member(name))
		}
	}
}

// expanded looks at what an element of $expand brought.
func (t *trail) expanded(object map[string]any, e Expansion) {
	for name, v := range object {
		if strings.ToLower(name) != selected(e.Name) {
			continue
		}
		t.push(member(name))
		switch v := v.(type) {
		case map[string]any:
			t.selection(v, e.Select, e.Expand)
		case []any:
			for i, item := range v {
				if inner, ok := item.(map[string]any); ok {
					t.push(element(i))
					t.selection(inner, e.Select, e.Expand)
					t.pop()
				}
			}
		}
		t.pop()
	}
}

// selected is the property that an element of $select begins with, in lower case;
// a type cast may stand before it.
func selected(option string) string {
	for segment := range strings.SplitSeq(strings.TrimSpace(option), "/") {
		if !strings.Contains(segment, ".") {
			return strings.ToLower(segment)
		}
	}
	return ""
}
