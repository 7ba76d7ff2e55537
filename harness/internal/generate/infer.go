package generate

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// draftMark says of a schema that it was inferred; it is no mark of Schemas, so
// that generating does not replace what somebody has worked on.
const draftMark = "drafted by graphvcr from recorded answers: check it"

// Infer drafts the schema of a type from values of it, as package jsondoc parses
// them. A property that was null somewhere may be; texts that all have one format
// get it; what no value shows (enums, other types of a property) is not guessed.
// No values give a schema that accepts any object.
func Infer(title string, values []any) []byte {
	s := object{{"$schema", dialect}, {"$comment", draftMark}, {"title", title}, {"x-graph", object{{"kind", "complex"}, {"open", true}}}}
	var seen sight
	for _, v := range values {
		seen.add(v, 0)
	}
	drafted := object{{"type", "object"}}
	if len(seen.members) > 0 {
		drafted = seen.schema()
	}
	return append(s, drafted...).text()
}

// maxInferred bounds how deep values are looked into.
const maxInferred = 32

// sight is what was seen at one place of all values.
type sight struct {
	kinds   map[string]bool // JSON Schema's types
	formats map[string]bool // of the texts; "" is none
	members map[string]*sight
	items   *sight
}

func (s *sight) add(v any, depth int) {
	if s.kinds == nil {
		s.kinds, s.formats = map[string]bool{}, map[string]bool{}
	}
	s.kinds[kindOf(v)] = true
	if depth > maxInferred {
		return
	}
	switch v := v.(type) {
	case string:
		name := ""
		if f := identity.Recognise(v); f != nil {
			name = f.Name
		}
		s.formats[name] = true
	case []any:
		if s.items == nil {
			s.items = &sight{}
		}
		for _, item := range v {
			s.items.add(item, depth+1)
		}
	case map[string]any:
		if s.members == nil {
			s.members = map[string]*sight{}
		}
		for name, value := range v {
			if strings.Contains(name, "@") { // annotations are always legal
				continue
			}
			if s.members[name] == nil {
				s.members[name] = &sight{}
			}
			s.members[name].add(value, depth+1)
		}
	}
}

func kindOf(v any) string {
	if n, ok := v.(json.Number); ok && !strings.ContainsAny(string(n), ".eE") {
		return "integer"
	}
	return jsondoc.Kind(v)
}

func (s *sight) schema() object {
	kinds := slices.Sorted(maps.Keys(s.kinds))
	if slices.Contains(kinds, "number") {
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "integer" })
	}
	if len(kinds) == 0 || len(kinds) == 1 && kinds[0] == "null" {
		return object{} // nothing was seen
	}
	o := object{}
	if i := slices.Index(kinds, "null"); i >= 0 { // last
		kinds = append(slices.Delete(kinds, i, i+1), "null")
	}
	if len(kinds) == 1 {
		o = o.with("type", kinds[0])
	} else {
		list := make([]any, len(kinds))
		for i, k := range kinds {
			list[i] = k
		}
		o = o.with("type", list)
	}
	if len(s.formats) == 1 && !s.formats[""] {
		for name := range s.formats {
			o = o.with("format", name)
		}
	}
	if s.items != nil {
		if items := s.items.schema(); len(items) > 0 {
			o = o.with("items", items)
		}
	}
	if len(s.members) > 0 {
		properties := object{}
		for _, name := range slices.Sorted(maps.Keys(s.members)) {
			properties = append(properties, member{name, s.members[name].schema()})
		}
		o = o.with("properties", properties)
	}
	return o
}
