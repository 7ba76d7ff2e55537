package csdl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// finish resolves names, applies annotations to what they are of, and checks that
// the types make sense together.
func (p *parser) finish() error {
	if len(p.aliases) == 0 {
		return p.fail("no metadata: there is no schema", "metadata is what Graph answers to GET /v1.0/$metadata")
	}
	for _, t := range p.model.Types {
		t.Base = p.full(t.Base)
		for i := range t.Properties {
			property := &t.Properties[i]
			property.Type = p.resolve(property.Type, property.Line, t.Name+"/"+property.Name)
		}
	}
	for name, overloads := range p.model.Operations {
		for _, o := range overloads {
			p.resolveOperation(o, name)
		}
	}
	for _, r := range p.model.Resources {
		r.Operation = p.full(r.Operation)
		if r.Operation == "" {
			r.Type = p.resolve(r.Type, r.Line, r.Name)
		}
	}
	for _, a := range p.annotations {
		p.apply(a)
	}
	err := p.checkBases()
	slices.SortStableFunc(p.model.Warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return err
}

func (p *parser) resolveOperation(o *Operation, name string) {
	if o.Bound {
		o.Binding = p.resolve(o.Binding, o.Line, name)
	}
	if o.Returns != nil {
		*o.Returns = p.resolve(*o.Returns, o.Line, name)
	}
	for i := range o.Parameters {
		parameter := &o.Parameters[i]
		parameter.Type = p.resolve(parameter.Type, o.Line, name+"/"+parameter.Name)
	}
}

// full replaces an alias by the namespace that it stands for.
func (p *parser) full(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name
	}
	if namespace, ok := p.aliases[name[:i]]; ok {
		return namespace + name[i:]
	}
	return name
}

// resolve makes a reference a full one, through type definitions, and warns of one
// that leads nowhere.
func (p *parser) resolve(r Ref, line int, where string) Ref {
	r.Name = p.full(r.Name)
	if under, ok := p.definitions[r.Name]; ok {
		r.Name = under.Name
	}
	if !r.IsPrimitive() && p.model.Types[r.Name] == nil {
		p.warn(line, "%s has the type %q, which is not declared", where, r.Name)
	}
	return r
}

// apply puts annotations where they belong. Targets of other kinds (terms,
// parameters, members of enums) have none that are of use.
func (p *parser) apply(a annotations) {
	target, _, _ := strings.Cut(a.target, "(") // of an operation: with the types of one overload
	name, member, nested := strings.Cut(target, "/")
	name = p.full(name)
	t := p.model.Types[name]
	switch {
	case nested && t != nil:
		for i := range t.Properties {
			if t.Properties[i].Name == member {
				a.notes.onProperty(&t.Properties[i])
			}
		}
	case nested:
		if r := p.model.Resources[member]; r != nil {
			r.ChangeTracking = r.ChangeTracking || a.notes.changeTracking
		}
	case t != nil:
		a.notes.onType(t)
	case a.notes.revision != nil:
		for _, o := range p.model.Operations[name] {
			if !strings.Contains(a.target, "(") || p.signature(o) == p.fullSignature(a.target) {
				o.Deprecated = a.notes.revision
			}
		}
	}
}

// signature is how an annotation names an overload: by the types of all parameters.
func (p *parser) signature(o *Operation) string {
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
func (p *parser) fullSignature(target string) string {
	_, inner, _ := strings.Cut(target, "(")
	var types []string
	for text := range strings.SplitSeq(strings.TrimSuffix(inner, ")"), ",") {
		r := ref(strings.TrimSpace(text))
		r.Name = p.full(r.Name)
		types = append(types, r.String())
	}
	return strings.Join(types, ",")
}

// checkBases finds types that derive from themselves, and warns of bases that are
// not declared. Of several faults the first in the text is told.
func (p *parser) checkBases() error {
	var first *fault.Error
	fault := func(t *Type, message, advice string) {
		if first == nil || t.Line < first.Line || t.Line == first.Line && message < first.Message {
			first = &fault.Error{Place: fault.Place{Line: t.Line}, Message: message, Hint: advice}
		}
	}
	whole := map[*Type]bool{} // whose bases end
	for _, t := range p.model.Types {
		base := p.model.Types[t.Base]
		switch {
		case t.Base != "" && base == nil:
			p.warn(t.Line, "type %s derives from %q, which is not declared", t.Name, t.Base)
		case base != nil && base.Kind != t.Kind:
			fault(t, fmt.Sprintf("%s type %s derives from a type of another kind, %s", t.Kind, t.Name, t.Base), "")
		}
		if p.cyclic(t, whole) {
			fault(t, fmt.Sprintf("type %s derives from itself", t.Name), "follow BaseType from type to type: it must end")
		}
	}
	if first == nil {
		return nil
	}
	return first
}

func (p *parser) cyclic(t *Type, whole map[*Type]bool) bool {
	seen := map[*Type]bool{}
	for at := t; at != nil && !whole[at]; at = p.model.Types[at.Base] {
		if seen[at] {
			return true
		}
		seen[at] = true
	}
	for at := range seen {
		whole[at] = true
	}
	return false
}
