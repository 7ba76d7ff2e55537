package metadiff

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
)

// side is one of the two models, with what is asked of it often.
type side struct {
	*csdl.Model
	derived map[string][]string          // names of the types that derive from a type, sorted
	bound   map[string][]*csdl.Operation // by the name of the type that they are bound to; "" unbound
}

func sideOf(m *csdl.Model) *side {
	s := &side{Model: m, derived: map[string][]string{}, bound: map[string][]*csdl.Operation{}}
	for _, name := range sorted(m.Types) {
		if base := m.Types[name].Base; base != "" {
			s.derived[base] = append(s.derived[base], name)
		}
	}
	for _, name := range sorted(m.Operations) {
		for _, o := range m.Operations[name] {
			s.bound[o.Binding.Name] = append(s.bound[o.Binding.Name], o)
		}
	}
	return s
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// found is a property of a type, and which of the type and its bases declares it.
type found struct {
	by *csdl.Type
	*csdl.Property
}

// properties are those of a type with what it inherits, by name.
func (s *side) properties(name string) map[string]found {
	all := map[string]found{}
	for _, t := range s.Bases(name) {
		for i := range t.Properties {
			p := &t.Properties[i]
			if _, nearer := all[p.Name]; !nearer {
				all[p.Name] = found{t, p}
			}
		}
	}
	return all
}

// has reports whether a type has a property, inherited ones included.
func (s *side) has(name, property string) bool {
	return slices.ContainsFunc(s.Bases(name), func(t *csdl.Type) bool { return declares(t, property) })
}

// declares reports whether a type itself has a property.
func declares(t *csdl.Type, property string) bool {
	return slices.ContainsFunc(t.Properties, func(p csdl.Property) bool { return p.Name == property })
}

// derives reports whether a type is another or has it among its bases.
func (s *side) derives(name, base string) bool {
	return slices.ContainsFunc(s.Bases(name), func(t *csdl.Type) bool { return t.Name == base })
}

// concrete are the types of which there are values: a type and those that derive from it, as
// far as they are not abstract.
func (s *side) concrete(name string) []string {
	var all []string
	for todo := []string{name}; len(todo) > 0; {
		t := s.Types[todo[0]]
		todo = append(todo[1:], s.derived[todo[0]]...)
		if t != nil && !t.Abstract {
			all = append(all, t.Name)
		}
	}
	return all
}

// inAllValues reports whether all values of a type have something on the other side, where
// the type itself does not declare it there: it moved down.
func (s *side) inAllValues(name string, there *side, has func(name string) bool) bool {
	seen := false
	for _, t := range s.concrete(name) {
		if there.Types[t] == nil {
			continue
		}
		if !has(t) {
			return false
		}
		seen = true
	}
	return seen
}

func namespaceOf(name string) string { return name[:max(strings.LastIndexByte(name, '.'), 0)] }
