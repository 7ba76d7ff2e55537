package metadiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// signature tells an operation's overloads apart.
func signature(op *csdl.Operation) string {
	var b strings.Builder
	if op.Bound {
		b.WriteString(op.Binding.String() + "/")
	}
	b.WriteString(op.Name + "(")
	if !op.Action { // actions have one overload a binding
		b.WriteString(strings.Join(parameterNames(op), ","))
	}
	return b.String() + ")"
}

func parameterNames(op *csdl.Operation) []string {
	names := make([]string, len(op.Parameters))
	for i := range op.Parameters {
		names[i] = op.Parameters[i].Name
	}
	slices.Sort(names)
	return names
}

func operationPlace(op *csdl.Operation) Place {
	return Place{Kind: Operation, Type: op.Binding.Name, Name: op.Name, text: signature(op)}
}

// typesOf are the types of an operation's parameters and of what it returns.
func typesOf(op *csdl.Operation) []string {
	var names []string
	for i := range op.Parameters {
		names = append(names, op.Parameters[i].Type.Name)
	}
	if op.Returns != nil {
		names = append(names, op.Returns.Name)
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
	var all []*csdl.Operation
	for _, t := range s.Bases(o.binding.Name) {
		at := o
		at.binding.Name = t.Name
		all = append(all, s.declared(at)...)
	}
	if !o.bound || len(all) == 0 {
		all = append(all, s.declared(o)...)
	}
	return all
}

func (s *side) declared(o overloads) []*csdl.Operation {
	var all []*csdl.Operation
	for _, op := range s.bound[o.binding.Name] {
		if overloadsOf(op) == o {
			all = append(all, op)
		}
	}
	return all
}

// pairing is which overloads of one side are which of the other.
type pairing struct {
	pairs [][2]*csdl.Operation
	gone  []*csdl.Operation
}

// pair pairs the overloads of one name: those whose parameters have the same names, then the
// others in declared order.
func (w *way) pair(o overloads) pairing {
	var p pairing
	from, to := w.from.declared(o), w.to.offers(o)
	taken := map[*csdl.Operation]bool{}
	var rest []*csdl.Operation
	for _, op := range from {
		i := slices.IndexFunc(to, func(other *csdl.Operation) bool {
			return !taken[other] && slices.Equal(parameterNames(op), parameterNames(other))
		})
		if i < 0 {
			rest = append(rest, op)
			continue
		}
		taken[to[i]] = true
		p.pairs = append(p.pairs, [2]*csdl.Operation{op, to[i]})
	}
	// What the other side has more of must not be a match of something else here.
	free := slices.DeleteFunc(slices.Clone(to), func(op *csdl.Operation) bool {
		return taken[op] || slices.ContainsFunc(w.from.offers(o), func(other *csdl.Operation) bool {
			return slices.Equal(parameterNames(op), parameterNames(other))
		})
	})
	for i, op := range rest {
		if i < len(free) {
			p.pairs = append(p.pairs, [2]*csdl.Operation{op, free[i]})
		} else {
			p.gone = append(p.gone, op)
		}
	}
	return p
}

// groups are the names and bindings of a side's operations that are not declared alike on
// both, sorted, as far as the other side has what they are bound to.
func (c *comparison) groups(w *way) []overloads {
	var all []overloads
	for _, name := range sorted(w.from.Operations) {
		if !c.otherOps[name] {
			continue
		}
		for _, op := range w.from.Operations[name] {
			o := overloadsOf(op)
			there := !o.bound || o.binding.IsPrimitive() || w.to.Types[o.binding.Name] != nil
			if there && !slices.Contains(all[max(0, len(all)-len(w.from.Operations[name])):], o) {
				all = append(all, o)
			}
		}
	}
	return all
}

// operationRoots are the operations that one side lacks.
func (c *comparison) operationRoots(w *way) []root {
	rule := w.rule(diff.OperationLost, diff.OperationAdded)
	var roots []root
	for _, o := range c.groups(w) {
		for _, op := range w.pair(o).gone {
			moved := func(to string) bool {
				below := o
				below.binding.Name = to
				return len(w.to.offers(below)) > 0
			}
			if o.bound && w.from.inAllValues(o.binding.Name, w.to, moved) {
				continue
			}
			at := operationPlace(op)
			roots = append(roots, root{w.change(rule, at, op.Line), typesOf(op)})
		}
	}
	return roots
}

// operations compares the operations that both sides have.
func (c *comparison) operations() {
	w := c.goneWay()
	for _, o := range c.groups(w) {
		for _, pair := range w.pair(o).pairs {
			c.operation(pair[0], pair[1])
		}
	}
}

func (c *comparison) operation(was, is *csdl.Operation) {
	at := operationPlace(was)
	if !c.returnsSame(was, is) {
		change := Change{Place: at, OldLine: was.Line, NewLine: is.Line}
		before, after := returned(was), returned(is)
		c.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("returns %s, was %s", after, before), before, after)
	}
	c.parameters(at, was, is)
	c.deprecation(at, was.Deprecated, is.Deprecated, is.Line)
}

func (c *comparison) returnsSame(was, is *csdl.Operation) bool {
	if was.Returns == nil || is.Returns == nil {
		return was.Returns == is.Returns
	}
	return c.same(*was.Returns, *is.Returns)
}

func returned(op *csdl.Operation) string {
	if op.Returns == nil {
		return "nothing"
	}
	return op.Returns.String()
}

// parameters compares those of an operation. A function is called by the names of its
// parameters: one more or less breaks the call, where it is not optional.
func (c *comparison) parameters(of Place, was, is *csdl.Operation) {
	missing := report.Warning
	if !was.Action {
		missing = report.Error
	}
	for i := range was.Parameters {
		p := &was.Parameters[i]
		change := parameterChange(of, p.Name, was, is)
		other := slices.IndexFunc(is.Parameters, func(other csdl.Parameter) bool { return other.Name == p.Name })
		switch {
		case other < 0:
			change.Rule, change.Severity, change.Was, change.Is = diff.RequestLost, missing, Declared, None
			change.How = "is gone"
			c.add(change)
		case !c.same(p.Type, is.Parameters[other].Type):
			before, after := p.Type.String(), is.Parameters[other].Type.String()
			change.Rule, change.Severity, change.Was, change.Is = diff.TypeChanged, report.Error, before, after
			change.How = fmt.Sprintf("is %s, was %s", after, before)
			c.add(change)
		}
	}
	for i := range is.Parameters {
		p := &is.Parameters[i]
		if slices.ContainsFunc(was.Parameters, func(other csdl.Parameter) bool { return other.Name == p.Name }) {
			continue
		}
		change := parameterChange(of, p.Name, was, is)
		change.Rule, change.Severity, change.Was, change.Is = diff.RequestAdded, missing, None, Declared
		if p.Optional || p.Nullable && was.Action {
			change.Severity = report.Note
		}
		change.How = "is new"
		c.add(change)
	}
}

func parameterChange(of Place, name string, was, is *csdl.Operation) Change {
	at := of
	at.text += "/" + name
	return Change{Place: at, OldLine: was.Line, NewLine: is.Line}
}
