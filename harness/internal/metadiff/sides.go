package metadiff

import (
	"slices"

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
	by string
	at []string // places, sorted
}

// replace finds the types that others stand in the place of: all places that had them, and
// are still there, have the same other type now.
func (s *sides) replace() {
	s.replaced = map[string]*replacement{}
	several := map[string]bool{}
	s.typesAt(func(at string, was, is csdl.Ref) {
		name := was.Name
		t, by := s.old.Types[name], s.new.Types[is.Name]
		if was == is || was.Collection != is.Collection || t == nil || by == nil || s.new.Types[name] != nil || t.Kind != by.Kind {
			return
		}
		if r := s.replaced[name]; r == nil {
			s.replaced[name] = &replacement{is.Name, []string{at}}
		} else {
			r.at = append(r.at, at)
			if r.by != is.Name {
				several[name] = true
			}
		}
	})
	for name := range several {
		delete(s.replaced, name)
	}
}

// typesAt hands over the types of what both sides declare.
func (s *sides) typesAt(use func(at string, was, is csdl.Ref)) {
	for _, name := range s.types {
		for i := range s.old.Types[name].Properties {
			p := &s.old.Types[name].Properties[i]
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
