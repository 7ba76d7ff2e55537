package schema

import (
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// shape is what the walk needs to know of a schema, inherited parts included:
// which properties are declared, whether others may be there, and where typed
// values lie. A nil shape says nothing about a value.
type shape struct {
	key      typeKey         // the file, when the schema is one or refers to one
	target   string          // the type, when x-graph names it and no $ref leads there
	bases    map[string]bool // full names of the type and all it derives from
	abstract bool
	closed   bool // the type is known and neither it nor a base is open
	open     bool // the type is known, and it or a base is open
	props    map[string]*shape
	readOnly map[string]bool // the properties that only the service sets
	items    *shape
}

// typeName is the type that a value of the shape is declared to have, or "".
func (sh *shape) typeName() string {
	if sh == nil {
		return ""
	}
	if sh.key.name != "" {
		return sh.key.name
	}
	return sh.target
}

// shapeOf derives the shape of a compiled schema, once; recursion ends at shapes
// that are being derived.
func (l *library) shapeOf(schema *jsonschema.Schema) *shape {
	if known, ok := l.shapes[schema]; ok {
		return known
	}
	sh := &shape{}
	l.shapes[schema] = sh
	merge := shapeMerge{library: l, into: sh, seen: map[*jsonschema.Schema]bool{}}
	merge.add(schema)
	sh.closed, sh.open = merge.typed && !merge.open, merge.typed && merge.open
	if sh.key.name == "" && sh.target == "" && sh.props == nil && sh.items == nil {
		l.shapes[schema] = nil
		return nil
	}
	return sh
}

// shapeMerge gathers a schema and all that applies to the same value.
type shapeMerge struct {
	library     *library
	into        *shape
	typed, open bool
	seen        map[*jsonschema.Schema]bool
}

func (m *shapeMerge) add(schema *jsonschema.Schema) {
	if schema == nil || m.seen[schema] {
		return
	}
	m.seen[schema] = true
	location, fragment, _ := strings.Cut(schema.Location, "#")
	key, _ := keyOf(location)
	if fragment == "" {
		if m.into.key.name == "" {
			m.into.key, m.into.bases = key, map[string]bool{}
		}
		m.into.bases[key.name] = true
	}
	if src := m.library.sources[key.path()]; src != nil {
		m.facts(src.graphFacts(libraryPointer(fragment)), key)
	}
	if len(schema.Properties) > 0 && m.into.props == nil {
		m.into.props = make(map[string]*shape, len(schema.Properties))
	}
	for name, property := range schema.Properties {
		// An own property may narrow an inherited one; the own one comes first.
		if m.into.props[name] == nil {
			m.into.props[name] = m.library.shapeOf(property)
		}
		m.readOnly(name, property)
	}
	if schema.Items2020 != nil && m.into.items == nil {
		m.into.items = m.library.shapeOf(schema.Items2020)
	}
	m.add(schema.Ref)
	for _, list := range [][]*jsonschema.Schema{schema.AllOf, schema.AnyOf, schema.OneOf} {
		for _, part := range list {
			m.add(part)
		}
	}
}

// readOnly notes a property with that keyword, which the library drops.
func (m *shapeMerge) readOnly(name string, property *jsonschema.Schema) {
	location, fragment, _ := strings.Cut(property.Location, "#")
	key, _ := keyOf(location)
	src := m.library.sources[key.path()]
	if src == nil {
		return
	}
	if keyword, _ := src.lookup(libraryPointer(fragment) + "/readOnly"); keyword == true {
		if m.into.readOnly == nil {
			m.into.readOnly = map[string]bool{}
		}
		m.into.readOnly[name] = true
	}
}

func (m *shapeMerge) facts(facts graphFacts, file typeKey) {
	if facts.Type != "" && m.into.target == "" {
		m.into.target = facts.Type
	}
	if facts.Kind != "entity" && facts.Kind != "complex" {
		return
	}
	m.typed = true
	m.open = m.open || facts.Open // openness is inherited (OData CSDL 4.01, section 6.3)
	if file == m.into.key {
		m.into.abstract = facts.Abstract
	}
}
