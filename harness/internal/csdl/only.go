package csdl

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Only is the part of a model that some types need: these, what they derive from,
// and the types of their values, navigation aside, and so on; the operations that
// are bound to them; and all resources. The names that the model does not have are
// returned, too.
func (m *Model) Only(names ...string) (part *Model, unknown []string) {
	part = &Model{Types: map[string]*Type{}, Operations: map[string][]*Operation{}, Resources: m.Resources}
	for _, name := range names {
		if m.Types[name] == nil {
			unknown = append(unknown, name)
		}
	}
	for todo := slices.Clone(names); len(todo) > 0; {
		t := m.Types[todo[0]]
		if todo = todo[1:]; t == nil || part.Types[t.Name] != nil {
			continue
		}
		part.Types[t.Name] = t
		todo = append(todo, t.Base)
		for _, p := range t.Properties {
			if !p.Navigation {
				todo = append(todo, p.Type.Name)
			}
		}
	}
	for name, overloads := range m.Operations {
		for _, o := range overloads {
			if part.Types[o.Binding.Name] != nil || !o.Bound {
				part.Operations[name] = append(part.Operations[name], o)
			}
		}
	}
	return part, unknown
}

// Find is the full name of a type that is named in full or by its short name, in
// any letter case; the namespace microsoft.graph comes first. Several names are
// those that a short name may mean; none means that there is no such type.
func (m *Model) Find(name string) []string {
	name = strings.TrimPrefix(name, "graph.")
	var found []string
	for full := range m.Types {
		switch {
		case strings.EqualFold(full, name), strings.EqualFold(full, "microsoft.graph."+name):
			return []string{full}
		case strings.EqualFold(full[strings.LastIndexByte(full, '.')+1:], name):
			found = append(found, full)
		}
	}
	slices.Sort(found)
	return found
}

// Near lists at most three types whose short names are a few slips away from that
// of a name, nearest first.
func (m *Model) Near(name string) []string {
	short := func(full string) string { return strings.ToLower(full[strings.LastIndexByte(full, '.')+1:]) }
	most := max(2, len(short(name))/4)
	return fault.Near(slices.Collect(maps.Keys(m.Types)), most, func(full string) int { return fault.Distance(short(name), short(full)) })
}
