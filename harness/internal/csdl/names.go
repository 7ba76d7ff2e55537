package csdl

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// names is what a document declares, and what its references stand for.
type names struct {
	model       *Model
	aliases     map[string]string // alias, or namespace, to namespace
	definitions map[string]Ref    // type definitions by full name
	annotations []annotations
}

// resolve makes references full names, applies annotations to what they are of, and checks that
// the types make sense together.
func (n *names) resolve() error {
	for _, t := range n.model.Types {
		t.Base = n.full(t.Base)
		for i := range t.Properties {
			property := &t.Properties[i]
			property.Type = n.ref(property.Type, property.Line, t.Name+"/"+property.Name)
		}
	}
	for name, overloads := range n.model.Operations {
		for _, o := range overloads {
			if o.Bound {
				o.Binding = n.ref(o.Binding, o.Line, name)
			}
			if o.Returns != nil {
				*o.Returns = n.ref(*o.Returns, o.Line, name)
			}
			for i := range o.Parameters {
				parameter := &o.Parameters[i]
				parameter.Type = n.ref(parameter.Type, o.Line, name+"/"+parameter.Name)
			}
		}
	}
	for _, r := range n.model.Resources {
		r.Operation = n.full(r.Operation)
		if r.Operation == "" {
			r.Type = n.ref(r.Type, r.Line, r.Name)
		}
	}
	for _, a := range n.annotations {
		n.apply(a)
	}
	err := n.checkBases()
	slices.SortStableFunc(n.model.Warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return err
}

// full replaces an alias by the namespace that it stands for.
func (n *names) full(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name
	}
	if namespace, ok := n.aliases[name[:i]]; ok {
		return namespace + name[i:]
	}
	return name
}

// ref makes a reference a full one, through type definitions, and warns of one
// that leads nowhere.
func (n *names) ref(r Ref, line int, where string) Ref {
	r.Name = n.full(r.Name)
	if under, ok := n.definitions[r.Name]; ok {
		r.Name = under.Name
	}
	if !r.IsPrimitive() && n.model.Types[r.Name] == nil {
		n.model.warn(line, "%s has the type %q, which is not declared", where, r.Name)
	}
	return r
}

// apply puts annotations where they belong. Targets of other kinds (terms,
// parameters, members of enums) have none that are of use.
func (n *names) apply(a annotations) {
	target, _, _ := strings.Cut(a.target, "(") // of an operation: with the types of one overload
	name, member, nested := strings.Cut(target, "/")
	name = n.full(name)
	t := n.model.Types[name]
	switch {
	case nested && t != nil:
		for i := range t.Properties {
			if t.Properties[i].Name == member {
				a.notes.onProperty(&t.Properties[i])
			}
		}
	case nested: // of a resource
	case t != nil:
		a.notes.onType(t)
	case a.notes.revision != nil:
		for _, o := range n.model.Operations[name] {
			if !strings.Contains(a.target, "(") || signature(o) == n.fullSignature(a.target) {
				o.Deprecated = a.notes.revision
			}
		}
	}
}

// signature is how an annotation names an overload: by the types of all parameters.
func signature(o *Operation) string {
	var types []string
	if o.Bound {
		types = append(types, o.Binding.String())
	}
	for _, parameter := range o.Parameters {
		types = append(types, parameter.Type.String())
	}
	return strings.Join(types, ",")
}

// fullSignature is the part of a target in parentheses, with full names.
func (n *names) fullSignature(target string) string {
	_, inner, _ := strings.Cut(target, "(")
	var types []string
	for text := range strings.SplitSeq(strings.TrimSuffix(inner, ")"), ",") {
		r := RefOf(strings.TrimSpace(text))
		r.Name = n.full(r.Name)
		types = append(types, r.String())
	}
	return strings.Join(types, ",")
}

// checkBases finds types that derive from themselves, and warns of bases that are
// not declared. Of several faults the first in the text is reported.
func (n *names) checkBases() error {
	var first *fault.Error
	fault := func(t *Type, message, advice string) {
		if first == nil || t.Line < first.Line || t.Line == first.Line && message < first.Message {
			first = &fault.Error{Place: fault.Place{Line: t.Line}, Message: message, Hint: advice}
		}
	}
	whole := map[*Type]bool{} // whose bases end
	for _, t := range n.model.Types {
		base := n.model.Types[t.Base]
		switch {
		case t.Base != "" && base == nil:
			n.model.warn(t.Line, "type %s derives from %q, which is not declared", t.Name, t.Base)
		case base != nil && base.Kind != t.Kind:
			fault(t, fmt.Sprintf("%s type %s derives from a type of another kind, %s", t.Kind, t.Name, t.Base), "")
		}
		if n.model.cyclic(t, whole) {
			fault(t, fmt.Sprintf("type %s derives from itself", t.Name), "follow BaseType from type to type: it must end")
		}
	}
	if first == nil {
		return nil
	}
	return first
}

// cyclic reports whether a type derives from itself; of the types in whole the bases end.
func (m *Model) cyclic(t *Type, whole map[*Type]bool) bool {
	seen := map[*Type]bool{}
	for at := t; at != nil && !whole[at]; at = m.Types[at.Base] {
		if seen[at] {
			return true
		}
		seen[at] = true
	}
	maps.Copy(whole, seen)
	return false
}
