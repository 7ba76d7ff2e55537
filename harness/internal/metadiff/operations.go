package metadiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// signature distinguishes an operation's overloads.
func signature(op *csdl.Operation) string {
	var b strings.Builder
	if op.Bound {
		b.WriteString(op.Binding.String() + "/")
	}
	b.WriteString(op.Name + "(")
	if !op.Action { // actions have one overload a binding
		b.WriteString(called(op))
	}
	return b.String() + ")"
}

func operationPlace(op *csdl.Operation) Place {
	return Place{Kind: Operation, Type: op.Binding.Name, Name: op.Name, text: signature(op)}
}

// typesOf are the types of what an operation returns, "" where that is nothing, and of its
// parameters.
func typesOf(op *csdl.Operation) []string {
	names := []string{returned(op).Name}
	for _, p := range op.Parameters {
		names = append(names, p.Type.Name)
	}
	return names
}

// overloads are the operations of one name that are bound to one type, or to none.
type overloads struct {
	binding csdl.Ref
	bound   bool
	name    string
	action  bool
}

func overloadsOf(op *csdl.Operation) overloads {
	return overloads{op.Binding, op.Bound, op.Name, op.Action}
}

// offers are the overloads that values of a type have, bound to it or to a base of it.
func (s *side) offers(o overloads) []*csdl.Operation {
	all := s.declared[o]
	if !o.bound {
		return all
	}
	for _, t := range s.bases(o.binding.Name) {
		if at := o; t.Name != o.binding.Name {
			at.binding.Name = t.Name
			all = append(all[:len(all):len(all)], s.declared[at]...)
		}
	}
	return all
}

// pairing is which overloads of one name and binding are which of the other side.
type pairing struct {
	of    overloads
	pairs [][2]*csdl.Operation
	alone []*csdl.Operation // that the other side lacks
}

// called is by what names of parameters an overload is called.
func called(op *csdl.Operation) string {
	return strings.Join(sorted(byName(op.Parameters, func(p *csdl.Parameter) string { return p.Name })), ",")
}

// pairings are those of the operations of one side that are not declared alike on both, sorted,
// as far as the other side has what they are bound to.
func (s *sides) pairings(from, to *side) []pairing {
	var all []pairing
	seen := map[overloads]bool{}
	for _, name := range sorted(from.Operations) {
		if !s.ops[name] {
			continue
		}
		for _, op := range from.Operations[name] {
			o := overloadsOf(op)
			there := !o.bound || o.binding.IsPrimitive() || to.Types[o.binding.Name] != nil
			if there && !seen[o] {
				seen[o] = true
				all = append(all, pair(o, from, to))
			}
		}
	}
	return all
}

// pair pairs the overloads of one name: those whose parameters have the same names, then the
// others in declared order.
func pair(o overloads, from, to *side) pairing {
	p := pairing{of: o}
	there, here := map[string]*csdl.Operation{}, map[string]bool{}
	offered := to.offers(o)
	for _, op := range slices.Backward(offered) { // of several that are called alike the first
		there[called(op)] = op
	}
	for _, op := range from.offers(o) {
		here[called(op)] = true
	}
	// What the other side has more of must not be a match of something else here.
	free := slices.DeleteFunc(slices.Clone(offered), func(op *csdl.Operation) bool { return here[called(op)] })
	for _, op := range from.declared[o] {
		switch like := there[called(op)]; {
		case like != nil:
			p.pairs = append(p.pairs, [2]*csdl.Operation{op, like})
		case len(free) > 0:
			p.pairs = append(p.pairs, [2]*csdl.Operation{op, free[0]})
			free = free[1:]
		default:
			p.alone = append(p.alone, op)
		}
	}
	return p
}

func (k *kept) operation(was, is *csdl.Operation) {
	at := operationPlace(was)
	if old, new := returned(was), returned(is); !k.same(old, new) {
		change := Change{Place: at, OldLine: was.Line, NewLine: is.Line}
		before, after := orNothing(old.String()), orNothing(new.String())
		k.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("returns %s, was %s", after, before), before, after)
	}
	k.parameters(at, was, is)
	k.deprecation(at, was.Deprecated, is.Deprecated, is.Line)
}

// returned is the type of what an operation returns, none where that is nothing.
func returned(op *csdl.Operation) csdl.Ref {
	if op.Returns == nil {
		return csdl.Ref{}
	}
	return *op.Returns
}

// parameters compares those of an operation. A function is called by the names of its
// parameters: one more or less breaks the call, where it is not optional.
func (k *kept) parameters(of Place, was, is *csdl.Operation) {
	missing := report.Warning
	if !was.Action {
		missing = report.Error
	}
	name := func(p *csdl.Parameter) string { return p.Name }
	had, has := byName(was.Parameters, name), byName(is.Parameters, name)
	for _, p := range was.Parameters {
		change := parameterChange(of, p.Name, was, is)
		if other := has[p.Name]; other != nil {
			k.retyped(change, p.Type, other.Type)
			continue
		}
		k.becomes(change, diff.RequestLost, missing, "is gone", Declared, None)
	}
	for _, p := range is.Parameters {
		if had[p.Name] != nil {
			continue
		}
		severity := missing
		if p.Optional || p.Nullable && was.Action {
			severity = report.Note
		}
		k.becomes(parameterChange(of, p.Name, was, is), diff.RequestAdded, severity, "is new", None, Declared)
	}
}

func parameterChange(of Place, name string, was, is *csdl.Operation) Change {
	at := of
	at.text += "/" + name
	return Change{Place: at, OldLine: was.Line, NewLine: is.Line}
}
