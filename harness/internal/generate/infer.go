package generate

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
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
	seen := newSight()
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

func newSight() *sight {
	return &sight{kinds: map[string]bool{}, formats: map[string]bool{}, members: map[string]*sight{}}
}

func (s *sight) add(v any, depth int) {
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
			s.items = newSight()
		}
		for _, item := range v {
			s.items.add(item, depth+1)
		}
	case map[string]any:
		for name, value := range v {
			if strings.Contains(name, "@") { // annotations are always legal
				continue
			}
			if s.members[name] == nil {
				s.members[name] = newSight()
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
	if i := slices.Index(kinds, "null"); i >= 0 { // last
		kinds = append(slices.Delete(kinds, i, i+1), "null")
	}
	var types []any
	for _, kind := range kinds {
		types = append(types, kind)
	}
	o := object{{"type", types}}
	if len(types) == 1 {
		o = object{{"type", types[0]}}
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

// Draft is a schema that recorded answers suggest.
type Draft struct {
	Path    string // template of the requests' path, "/v1.0/users/{upn}"
	Answers int    // recorded answers it was drafted from
	Text    []byte
}

// An Answer is what a service answered to a request that succeeded.
type Answer struct{ URL, Body string }

// Drafts drafts a schema for each path whose answers were JSON objects, sorted by path. Of a
// page its elements count.
func Drafts(all []Answer) []Draft {
	values, answers := map[string][]any{}, map[string]int{}
	for _, a := range all {
		path, found := a.values()
		if len(found) > 0 {
			values[path] = append(values[path], found...)
			answers[path]++
		}
	}
	var drafts []Draft
	for _, path := range slices.Sorted(maps.Keys(values)) {
		drafts = append(drafts, Draft{Path: path, Answers: answers[path], Text: Infer(titleOf(path), values[path])})
	}
	return drafts
}

// values are the objects that were answered, and the template of the path.
func (a Answer) values() (path string, values []any) {
	u, err := graphurl.Parse(a.URL)
	if err != nil {
		return "", nil
	}
	doc, err := jsondoc.Parse(a.Body)
	object, ok := doc.(map[string]any)
	if err != nil || !ok {
		return "", nil
	}
	elements, isPage := object["value"].([]any)
	if !isPage {
		return u.Template(), []any{object}
	}
	for _, element := range elements {
		if _, ok := element.(map[string]any); ok {
			values = append(values, element)
		}
	}
	return u.Template(), values
}

var words = regexp.MustCompile(`[A-Za-z]+`)

// titleOf is the last word of a path, ids aside.
func titleOf(path string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 1; i-- {
		if word := words.FindString(segments[i]); word != "" && !strings.HasPrefix(segments[i], "{") {
			return word
		}
	}
	return "answer"
}
