package csdl

import (
	"slices"
	"strings"
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

// Find is the full name of a type that is named in full, by its alias graph., or,
// where only one has it, by its short name, in any letter case. Several names are
// those that a short name may mean; none means that there is no such type.
func (m *Model) Find(name string) []string {
	if m.Types[name] != nil {
		return []string{name}
	}
	if short, ok := strings.CutPrefix(name, "graph."); ok {
		name = "microsoft.graph." + short
	}
	var found []string
	for full := range m.Types {
		switch short := full[strings.LastIndexByte(full, '.')+1:]; {
		case strings.EqualFold(full, name):
			return []string{full}
		case strings.EqualFold(short, name):
			found = append(found, full)
		}
	}
	return found
}
