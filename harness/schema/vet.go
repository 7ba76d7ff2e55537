package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

const dialect = "https://json-schema.org/draft/2020-12/schema"

// graphFacts is the keyword x-graph; doc.go says what each member means.
type graphFacts struct {
	Kind       string   `json:"kind"`
	Type       string   `json:"type"`
	Abstract   bool     `json:"abstract"`
	Open       bool     `json:"open"`
	Evolvable  bool     `json:"evolvable"`
	Flags      bool     `json:"flags"`
	Navigation bool     `json:"navigation"`
	Usual      bool     `json:"usual"`
	Members    []string `json:"members"`
}

// readGraphFacts decodes the keyword strictly.
func readGraphFacts(keyword any) (graphFacts, error) {
	var facts graphFacts
	if _, ok := keyword.(map[string]any); !ok {
		return facts, fmt.Errorf("it is not an object")
	}
	text, err := json.Marshal(keyword)
	if err != nil {
		return facts, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&facts); err != nil {
		return facts, err
	}
	switch facts.Kind {
	case "", "entity", "complex", "enum":
	default:
		return facts, fmt.Errorf("kind is %q, want entity, complex or enum", facts.Kind)
	}
	if facts.Flags && len(facts.Members) == 0 {
		return facts, fmt.Errorf("flags without members")
	}
	return facts, nil
}

// graphFacts is x-graph of the schema that pointer names.
func (src *source) graphFacts(pointer string) graphFacts {
	keyword, _ := src.lookup(pointer + "/" + graphKeyword)
	facts, _ := readGraphFacts(keyword) // vetted before
	return facts
}

// formatMatcher finds a format by its name in "format": one of package identity,
// else one that JSON Schema itself defines. The library's own date-time, which is
// narrower than Graph's, is never reached.
func formatMatcher(name string) (match func(string) bool, ok bool) {
	if name == "uuid" {
		name = "guid" // JSON Schema's name for it
	}
	if f, ok := identity.Lookup(name); ok {
		return f.Match, true
	}
	if standard, ok := jsonschema.Formats[name]; ok {
		return func(s string) bool { return standard(s) }, true
	}
	return nil, false
}

// vetting looks for what the library would not see, would not place, or would
// fetch. It keeps the first fault of the file.
type vetting struct {
	folder *folder
	src    *source
	first  *fault.Error
	parts  int // schemas that were met
}

// mostParts bounds the schemas in a file, of which Graph's largest has 300: the library
// compares each with every other.
const mostParts = 10_000

// vet checks a file of a folder before the library compiles it.
func vet(in *folder, src *source) error {
	v := vetting{folder: in, src: src}
	if src.scan(); src.twice != "" {
		line, column := src.at(src.again)
		names := pointerTokens(src.twice)
		v.first = &fault.Error{
			Place:   fault.Place{File: src.file, Line: line, Column: column},
			Message: fmt.Sprintf("duplicate member %q", names[len(names)-1]),
			Hint:    "of members with one name only the last counts: keep one of them",
		}
	}
	v.schema(src.doc, "")
	if v.first != nil {
		return v.first
	}
	return nil
}

func (v *vetting) fault(pointer, message, advice string) {
	e := v.src.fault(pointer, message, advice)
	if v.first == nil || e.Line < v.first.Line || e.Line == v.first.Line && e.Column < v.first.Column {
		v.first = e
	}
}

// schema vets one schema and those inside it. Values of the wrong kind are left
// to the library, which checks every file against the meta-schema.
func (v *vetting) schema(node any, pointer string) {
	if v.parts++; v.parts == mostParts+1 {
		v.fault(pointer, fmt.Sprintf("more than %d schemas in one file", mostParts), "move some to a file of their own: $ref names it")
	}
	if v.parts > mostParts {
		return
	}
	members, _ := node.(map[string]any)
	for name, value := range members {
		at := appendToken(pointer, name)
		switch name {
		case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
			v.named(name, value, at)
		case "allOf", "anyOf", "oneOf", "prefixItems":
			list, _ := value.([]any)
			for i, item := range list {
				v.schema(item, fmt.Sprintf("%s/%d", at, i))
			}
		case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
			"unevaluatedItems", "unevaluatedProperties", "contentSchema":
			v.schema(value, at)
		case "x-graph":
			if _, err := readGraphFacts(value); err != nil {
				v.fault(at, "bad x-graph: "+strings.TrimPrefix(err.Error(), "json: "), "")
			}
		default:
			switch value := value.(type) {
			case string:
				v.keyword(name, value, at)
			case json.Number:
				if !inBounds(value) { // the library forgets a bound that it cannot hold
					v.fault(at, fmt.Sprintf("a number of %s", value), "use one of a sane size")
				}
			}
		}
	}
}

func (v *vetting) named(keyword string, value any, pointer string) {
	members, _ := value.(map[string]any)
	for name, member := range members {
		at := appendToken(pointer, name)
		if keyword == "patternProperties" {
			v.pattern(name, at)
		}
		v.schema(member, at)
	}
}

func (v *vetting) keyword(name, value, at string) {
	switch name {
	case "$ref", "$dynamicRef":
		v.reference(value, at)
	case "$schema":
		if strings.TrimSuffix(value, "#") != dialect {
			v.fault(at, fmt.Sprintf("schema dialect %q", value), "use "+dialect)
		}
	case "$id":
		v.fault(at, "$id moves the schema away from its file", "remove it: a schema is known by its file's name")
	case "pattern":
		v.pattern(value, at)
	case "format":
		if _, ok := formatMatcher(value); !ok {
			v.fault(at, fmt.Sprintf("unknown format %q", value), didYouMean(value, identity.Names()))
		}
	}
}

// longestPattern bounds a pattern, which takes hundreds of times its length once compiled.
const longestPattern = 10_000

func (v *vetting) pattern(pattern, at string) {
	if len(pattern) > longestPattern {
		v.fault(at, fmt.Sprintf("a pattern of %d characters, and %d are the most", len(pattern), longestPattern), "")
		return
	}
	if _, err := regexp.Compile(pattern); err != nil {
		v.fault(at, "bad pattern: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "patterns are RE2: no look-around, no back references")
	}
}

// reference vets a $ref: it stays in the folder and there is something there.
func (v *vetting) reference(ref, at string) {
	u, err := url.Parse(ref)
	if err != nil {
		v.fault(at, fmt.Sprintf("bad $ref %q", ref), "")
		return
	}
	if u.Scheme != "" || u.Host != "" {
		v.fault(at, fmt.Sprintf("remote $ref %q is refused, never fetched", ref), "put the schema beside this one and refer to its file name")
		return
	}
	if u.Path == "" {
		v.fragment(v.src, u.Fragment, ref, at)
		return
	}
	target := path.Join(v.src.key.api, u.Path)
	if path.IsAbs(u.Path) || target == ".." || strings.HasPrefix(target, "../") {
		v.fault(at, fmt.Sprintf("$ref %q is refused: it leaves the folder of schemas", ref), "put the schema beside this one and refer to its file name")
		return
	}
	api, file := path.Split(target)
	name, isJSON := strings.CutSuffix(file, ".json")
	if api = strings.TrimSuffix(api, "/"); !isJSON || !v.folder.Has(api, name) {
		v.fault(at, fmt.Sprintf("$ref %q: there is no such schema", ref), didYouMean(name, v.folder.Types(api)))
		return
	}
	if strings.HasPrefix(u.Fragment, "/") {
		if src, err := v.folder.read(typeKey{api, name}); err == nil {
			v.fragment(src, u.Fragment, ref, at)
		}
	}
}

// fragment vets the part of a $ref behind '#'. Anchors are left to the library.
func (v *vetting) fragment(in *source, fragment, ref, at string) {
	if !strings.HasPrefix(fragment, "/") {
		return
	}
	if _, ok := in.lookup(fragment); !ok {
		v.fault(at, fmt.Sprintf("$ref %q: there is nothing at that place", ref), "")
	}
}

// unknownType says that there is no schema for a type, and which one was
// probably meant.
func (f *folder) unknownType(key typeKey) *fault.Error {
	e := &fault.Error{Place: fault.Place{File: f.file(key)}, Message: fmt.Sprintf("no schema for type %q in api %q", key.name, key.api)}
	if advice := didYouMean(key.name, f.Types(key.api)); advice != "" {
		e.Hint = advice
		return e
	}
	for api, types := range f.types {
		if types[key.name] && (e.Hint == "" || api < key.api) {
			e.Hint = fmt.Sprintf("api %q has it", api)
		}
	}
	return e
}

func didYouMean(name string, names []string) string {
	return fault.DidYouMean(nearest(name, names)...)
}

// nearest finds the quoted names that name may be a slip of: the same but for letter
// case or namespace, or a few edits away.
func nearest(name string, names []string) []string {
	most := min(max(2, len(name)/6), len(name)/2)
	near := fault.Near(names, most, func(other string) int { return slip(name, other) })
	for i := range near {
		near[i] = strconv.Quote(near[i])
	}
	return near
}

// slip is how far a written name is from another, regardless of letter case. A
// name without its namespace is near.
func slip(written, other string) int {
	written, other = strings.ToLower(written), strings.ToLower(other)
	if short := other[strings.LastIndexByte(other, '.')+1:]; !strings.Contains(written, ".") {
		other = short
	}
	return fault.Distance(written, other)
}

// Suspects reports the types that a type's schema names by x-graph, of which there
// is no schema but one whose name is a slip away. A type without a schema is no
// fault by itself: its values are not checked. Each is an error of its own, with a
// place and a hint, joined in the order of the file; nil when there is none.
func (s *Set) Suspects(api, typ string) error {
	src, err := s.read(typeKey{api, typ})
	if err != nil {
		return nil
	}
	var all []*fault.Error
	src.scan()
	for pointer := range src.offsets {
		name, _ := src.lookup(pointer)
		written, ok := name.(string)
		if !ok || !strings.HasSuffix(pointer, "/"+graphKeyword+"/type") || s.types[api][written] || isBuiltin(written) {
			continue
		}
		for _, known := range s.Types(api) {
			if fault.Distance(strings.ToLower(written), strings.ToLower(known)) <= 1 {
				all = append(all, src.fault(pointer, fmt.Sprintf("x-graph names the type %q, which has no schema", written), fault.DidYouMean(strconv.Quote(known))))
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b *fault.Error) int { return a.Line - b.Line })
	errs := make([]error, len(all))
	for i, e := range all {
		errs[i] = e
	}
	return errors.Join(errs...)
}
