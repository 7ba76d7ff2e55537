package metadiff

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
)

// sides are the two models, and what both declare otherwise: most of a large document is
// declared alike, and need not be looked at again. A type that is declared alike has all that
// it had of its own, and its base is compared for itself.
type sides struct {
	old, new *side
	types    []string                // names of the types of both sides that are not declared alike, sorted
	ops      map[string]bool         // names of the operations that are not declared alike
	replaced map[string]*replacement // lost types in whose place others stand

	// respelled are new properties that are lost ones in another letter case: known once it is
	// known what is gone.
	respelled map[string]bool
}

func sidesOf(old, new *csdl.Model) *sides {
	s := &sides{old: sideOf(old), new: sideOf(new), ops: map[string]bool{}, respelled: map[string]bool{}}
	for _, name := range sorted(old.Types) {
		if is := new.Types[name]; is != nil && !alike(old.Types[name], is) {
			s.types = append(s.types, name)
		}
	}
	for _, m := range []*csdl.Model{old, new} {
		for name := range m.Operations {
			s.ops[name] = !slices.EqualFunc(old.Operations[name], new.Operations[name], alikeOperations)
		}
	}
	s.replace()
	return s
}

func alike(a, b *csdl.Type) bool {
	return a.Kind == b.Kind && a.Base == b.Base && a.Abstract == b.Abstract && a.Open == b.Open &&
		a.Flags == b.Flags && slices.Equal(a.Members, b.Members) &&
		same(a.Deprecated, b.Deprecated) && slices.EqualFunc(a.Properties, b.Properties, alikeProperties)
}

func alikeProperties(a, b csdl.Property) bool {
	if !same(a.Deprecated, b.Deprecated) {
		return false
	}
	a.Line, a.Deprecated, b.Line, b.Deprecated = 0, nil, 0, nil
	return a == b
}

func alikeOperations(a, b *csdl.Operation) bool {
	return a.Name == b.Name && a.Action == b.Action && a.Bound == b.Bound && a.Binding == b.Binding && a.Composable == b.Composable &&
		slices.Equal(a.Parameters, b.Parameters) && same(a.Returns, b.Returns) && same(a.Deprecated, b.Deprecated)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// replacement is a type that replaces a lost one.
type replacement struct {
	by      string
	at      []string // places, sorted
	several bool     // others replace it elsewhere
}

// replace finds the types that others stand in the place of: all places that had them, and
// are still there, have the same other type now.
func (s *sides) replace() {
	s.replaced = map[string]*replacement{}
	s.typesAt(func(at string, was, is csdl.Ref) {
		name := was.Name
		t, by := s.old.Types[name], s.new.Types[is.Name]
		if was == is || was.Collection != is.Collection || t == nil || by == nil || s.new.Types[name] != nil || t.Kind != by.Kind {
			return
		}
		if r := s.replaced[name]; r == nil {
			s.replaced[name] = &replacement{by: is.Name, at: []string{at}}
		} else {
			r.at = append(r.at, at)
			r.several = r.several || r.by != is.Name
		}
	})
	maps.DeleteFunc(s.replaced, func(_ string, r *replacement) bool { return r.several })
}

// typesAt hands over the types of what both sides declare.
func (s *sides) typesAt(use func(at string, was, is csdl.Ref)) {
	for _, name := range s.types {
		for _, p := range s.old.Types[name].Properties {
			if is, ok := s.new.property(name, p.Name); ok {
				use(name+"/"+p.Name, p.Type, is.Type)
			}
		}
	}
	for _, name := range sorted(s.old.Resources) {
		if is := s.new.Resources[name]; is != nil {
			use("/"+name, s.old.Resources[name].Type, is.Type)
		}
	}
}

// same reports whether a type is the one that it was, or replaces it.
func (s *sides) same(was, is csdl.Ref) bool {
	if r := s.replaced[was.Name]; r != nil && r.by == is.Name {
		return was.Collection == is.Collection
	}
	return was == is
}

// lostWithBase are the members that a type inherited from a base that it lost, and has no
// more; none where that happened to its base.
func (s *sides) lostWithBase(was *csdl.Type) []found {
	if was.Base == s.new.Types[was.Name].Base {
		return nil
	}
	var lost []found
	for _, p := range s.old.inherited(was) {
		if !s.new.has(was.Name, p.Name) && !s.new.derives(was.Name, p.by.Name) {
			lost = append(lost, p)
		}
	}
	return lost
}

// side is one of the two models, with what is asked of it often. What is asked takes time by
// what is declared, whatever that is: documents come from anywhere.
type side struct {
	*csdl.Model
	derived  map[string][]string                  // names of the types that derive from a type, sorted
	bound    map[string][]*csdl.Operation         // by the name of the type that they are bound to; "" unbound
	declared map[overloads][]*csdl.Operation      // in declared order
	own      map[string]map[string]*csdl.Property // properties by type and name, as far as they were asked for
}

func sideOf(m *csdl.Model) *side {
	s := &side{
		Model: m, derived: map[string][]string{}, bound: map[string][]*csdl.Operation{}, declared: map[overloads][]*csdl.Operation{},
		own: map[string]map[string]*csdl.Property{},
	}
	for _, name := range sorted(m.Types) {
		if base := m.Types[name].Base; base != "" {
			s.derived[base] = append(s.derived[base], name)
		}
	}
	for _, name := range sorted(m.Operations) {
		for _, o := range m.Operations[name] {
			s.bound[o.Binding.Name] = append(s.bound[o.Binding.Name], o)
			s.declared[overloadsOf(o)] = append(s.declared[overloadsOf(o)], o)
		}
	}
	return s
}

// byName finds what is declared by a name; of several of one name the first.
func byName[T any](declared []T, name func(*T) string) map[string]*T {
	all := make(map[string]*T, len(declared))
	for i := range slices.Backward(declared) {
		all[name(&declared[i])] = &declared[i]
	}
	return all
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// maxBases bounds how far up a type's bases are looked at. Graph's are four at most.
const maxBases = 50

// bases lists a type and what it derives from, nearest first.
func (s *side) bases(name string) []*csdl.Type {
	var chain []*csdl.Type
	for t := s.Types[name]; t != nil && len(chain) < maxBases; t = s.Types[t.Base] {
		chain = append(chain, t)
	}
	return chain
}

func (s *side) ownProperties(t *csdl.Type) map[string]*csdl.Property {
	own := s.own[t.Name]
	if own == nil {
		own = byName(t.Properties, func(p *csdl.Property) string { return p.Name })
		s.own[t.Name] = own
	}
	return own
}

// found is a property of a type, and which of the type and its bases declares it.
type found struct {
	by *csdl.Type
	*csdl.Property
}

// property finds a property of a type, inherited ones included.
func (s *side) property(name, property string) (f found, ok bool) {
	for _, t := range s.bases(name) {
		if p := s.ownProperties(t)[property]; p != nil {
			return found{t, p}, true
		}
	}
	return found{}, false
}

func (s *side) has(name, property string) bool {
	_, ok := s.property(name, property)
	return ok
}

// derives reports whether a type is another or has it among its bases.
func (s *side) derives(name, base string) bool {
	return slices.ContainsFunc(s.bases(name), func(t *csdl.Type) bool { return t.Name == base })
}

// maxDerived bounds how many types that derive from one are looked at. Of Graph's 400 do.
const maxDerived = 2000

// inAllValues reports whether all values of an abstract type have something on the other
// side, where the type itself does not declare it there: it moved down.
func (s *side) inAllValues(name string, there *side, has func(name string) bool) bool {
	seen, looked := false, 0
	var isIn func(t *csdl.Type) bool
	isIn = func(t *csdl.Type) bool {
		if looked++; looked > maxDerived {
			return false
		}
		switch {
		case there.Types[t.Name] == nil: // what derives from it may be there
		case looked > 1 && has(t.Name):
			seen = true
			return true
		case !t.Abstract:
			return false
		}
		return !slices.ContainsFunc(s.derived[t.Name], func(below string) bool { return !isIn(s.Types[below]) })
	}
	t := s.Types[name] // none where an operation is bound to nothing
	return t != nil && isIn(t) && seen
}

// inherited are the properties that a type has of its bases, sorted by name.
func (s *side) inherited(t *csdl.Type) []found {
	all := map[string]found{}
	for _, base := range s.bases(t.Name)[1:] {
		for name, p := range s.ownProperties(base) {
			if _, nearer := all[name]; !nearer && s.ownProperties(t)[name] == nil {
				all[name] = found{base, p}
			}
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b found) int { return strings.Compare(a.Name, b.Name) })
}

func (s *side) isOpen(name string) bool {
	return slices.ContainsFunc(s.bases(name), func(t *csdl.Type) bool { return t.Open })
}

// leads are the types of a type's properties and of what is bound to it.
func (s *side) leads(name string) []string {
	var names []string
	for _, p := range s.Types[name].Properties {
		names = append(names, p.Type.Name)
	}
	for _, o := range s.bound[name] {
		names = append(names, typesOf(o)...)
	}
	return names
}

func namespaceOf(name string) string { return name[:max(strings.LastIndexByte(name, '.'), 0)] }
