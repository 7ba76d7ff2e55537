package metadiff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// way is the direction of a look at both sides: what one has and the other lacks is gone,
// or new.
type way struct {
	*sides
	from, to *side
	lost     bool
	severity report.Severity
	how      string          // "is gone"
	spaces   map[string]bool // the namespaces of the side that lacks
	pairings []pairing
}

func (s *sides) gone() *way {
	return &way{s, s.old, s.new, true, report.Error, "is gone", spacesOf(s.new), s.pairings(s.old, s.new)}
}

func (s *sides) came() *way {
	return &way{s, s.new, s.old, false, report.Note, "is new", spacesOf(s.old), s.pairings(s.new, s.old)}
}

func spacesOf(s *side) map[string]bool {
	spaces := map[string]bool{}
	for name := range s.Types {
		spaces[namespaceOf(name)] = true
	}
	return spaces
}

func (w *way) rule(lost, added diff.ID) diff.ID {
	if w.lost {
		return lost
	}
	return added
}

// change is that of a place which one side lacks.
func (w *way) change(rule diff.ID, at Place, line int) Change {
	change := Change{Rule: rule, Severity: w.severity, Place: at, How: w.how, Was: None, Is: Declared, NewLine: line}
	if w.lost {
		change.Was, change.Is, change.OldLine, change.NewLine = Declared, None, line, 0
	}
	return change
}

// missing reports whether a type is on the one side only.
func (w *way) missing(name string) bool { return w.from.Types[name] != nil && w.to.Types[name] == nil }

// cause is a set of roots that lead to the same missing types.
type cause struct {
	roots []root
	types []string
	into  *cause // that it went into, nil: none
}

func (c *cause) whole() *cause {
	for c.into != nil {
		c = c.into
	}
	return c
}

func (c *cause) merge(other *cause) {
	c, other = c.whole(), other.whole()
	if c == other {
		return
	}
	if len(c.types)+len(c.roots) < len(other.types)+len(other.roots) {
		c, other = other, c
	}
	c.roots, c.types = append(c.roots, other.roots...), append(c.types, other.types...)
	other.roots, other.types, other.into = nil, nil, c
}

// causes puts together what has one cause: roots that lead to a missing type in common. The
// missing types that none leads to are causes of their own, as far as they hang together.
func (w *way) causes(roots []root, reported map[string]bool) []Change {
	f := causes{w, map[string]*cause{}}
	var all []*cause
	for _, r := range roots {
		c := &cause{roots: []root{r}}
		all = append(all, c)
		f.reach(c, r.leadsTo)
	}
	for _, name := range sorted(w.from.Types) {
		if w.missing(name) && f.byType[name] == nil && !reported[name] {
			c := &cause{}
			all = append(all, c)
			f.reach(c, []string{name})
		}
	}
	f.joinNamespaces()
	var changes []Change
	for _, c := range all {
		if c.into == nil {
			changes = append(changes, w.causeChange(c))
		}
	}
	return changes
}

// causes finds which missing types have one cause.
type causes struct {
	*way
	byType map[string]*cause
}

// joinNamespaces makes one cause of all that went with a namespace.
func (f *causes) joinNamespaces() {
	first := map[string]*cause{}
	for _, name := range sorted(f.byType) {
		switch space := namespaceOf(name); {
		case f.spaces[space]:
		case first[space] == nil:
			first[space] = f.byType[name]
		default:
			first[space].merge(f.byType[name])
		}
	}
}

// reach gives a cause the missing types that can be come to from some: their bases, what
// derives from them, the types of their properties and of the operations that are bound to
// them. One that another cause has makes both one, and is not gone through again.
func (f *causes) reach(c *cause, from []string) {
	for todo := slices.Clone(from); len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		if !f.missing(name) {
			continue
		}
		if other := f.byType[name]; other != nil {
			c.merge(other)
			continue
		}
		f.byType[name] = c
		whole := c.whole()
		whole.types = append(whole.types, name)
		todo = append(todo, f.from.Types[name].Base)
		todo = append(todo, f.from.derived[name]...)
		todo = append(todo, f.from.leads(name)...)
	}
}

// causeChange makes one change of a cause: the first of its roots names it, or where there is none
// the namespace, or the type that no other of them leads to.
func (w *way) causeChange(c *cause) Change {
	types := slices.Sorted(slices.Values(c.types))
	var change Change
	if len(c.roots) == 0 {
		change = w.typeChange(types)
	} else {
		slices.SortFunc(c.roots, func(a, b root) int {
			return cmp.Or(cmp.Compare(a.Place.Kind, b.Place.Kind), strings.Compare(a.Place.String(), b.Place.String()))
		})
		change = c.roots[0].Change
		for _, r := range c.roots[1:] {
			change.Also = append(change.Also, r.Place)
		}
	}
	change.Carries = slices.DeleteFunc(types, func(name string) bool { return name == change.Place.Type })
	return change
}

// typeChange is the change of types that nothing else leads to.
func (w *way) typeChange(types []string) Change {
	head := w.head(types)
	rule := w.rule(TypeLost, TypeAdded)
	t := w.from.Types[head]
	space := namespaceOf(head)
	if len(types) > 1 && !w.spaces[space] {
		change := w.change(rule, Place{Kind: Namespace, Type: space}, t.Line)
		change.How += ", a whole namespace"
		return change
	}
	return w.change(rule, typePlace(head), t.Line)
}

// head is the first of some types that none of the others leads to or is the base of.
func (w *way) head(types []string) string {
	led := map[string]bool{}
	for _, name := range types {
		for _, to := range slices.Concat(w.from.leads(name), w.from.derived[name]) {
			led[to] = led[to] || to != name
		}
	}
	return types[max(0, slices.IndexFunc(types, func(name string) bool { return !led[name] }))]
}

// root is something that only one side has, within what both have: a way to types that may
// be on that side alone, too.
type root struct {
	Change
	leadsTo []string // full names of types
}

// changes are those of what one side lacks. What takes the place of a lost type is part of the
// change of that type.
func (w *way) changes() []Change {
	roots := slices.Concat(w.paths(), w.properties(), w.operations())
	if w.lost {
		return w.causes(slices.Concat(roots, w.bases(), w.replacedTypes()), nil)
	}
	reported := map[string]bool{}
	for _, r := range w.replaced {
		reported[r.by] = true
	}
	return w.causes(roots, reported)
}

// paths are the roots of addresses that one side lacks.
func (w *way) paths() []root {
	var roots []root
	for _, name := range sorted(w.from.Resources) {
		if r := w.from.Resources[name]; w.to.Resources[name] == nil {
			change := w.change(w.rule(PathLost, PathAdded), Place{Kind: Path, Name: name}, r.Line)
			roots = append(roots, root{change, []string{r.Type.Name}})
		}
	}
	return roots
}

// properties are those that one side lacks of types that both have. One that moved to a base,
// or down to all that derive from it, is not lacking.
func (w *way) properties() []root {
	rule := w.rule(diff.PropertyLost, diff.PropertyAdded)
	var roots []root
	for _, name := range w.types {
		t, there := w.from.Types[name], w.to.Types[name]
		if there.Kind != t.Kind {
			continue
		}
		folded := byName(there.Properties, func(p *csdl.Property) string { return strings.ToLower(p.Name) })
		for i := range t.Properties {
			p := &t.Properties[i]
			at := propertyPlace(name, p)
			moved := func(to string) bool {
				return w.to.has(to, p.Name) && (w.lost || w.from.ownProperties(w.from.Types[to])[p.Name] == nil)
			}
			if w.to.has(name, p.Name) || w.respelled[at.String()] || w.from.inAllValues(name, w.to, moved) {
				continue
			}
			change := w.change(rule, at, p.Line)
			if w.lost {
				w.respell(&change, p, folded, there)
			}
			roots = append(roots, root{change, []string{p.Type.Name}})
		}
	}
	return roots
}

// respell says of a lost property that it is there in another letter case.
func (w *way) respell(change *Change, p *csdl.Property, folded map[string]*csdl.Property, there *csdl.Type) {
	q := folded[strings.ToLower(p.Name)]
	if q == nil || w.from.has(there.Name, q.Name) {
		return
	}
	change.How += ": it is spelled " + q.Name + " now"
	change.Is, change.NewLine = q.Name, q.Line
	w.respelled[there.Name+"/"+q.Name] = true
}

// bases are the types that lost members with a base.
func (w *way) bases() []root {
	var roots []root
	for _, name := range w.types {
		was, is := w.old.Types[name], w.new.Types[name]
		lost := w.lostWithBase(was)
		if was.Kind != is.Kind || len(lost) == 0 {
			continue
		}
		leadsTo, names := []string{was.Base}, make([]string, len(lost))
		for i, p := range lost {
			leadsTo, names[i] = append(leadsTo, p.Type.Name), p.Name
		}
		roots = append(roots, root{Change{
			Rule: TypeBase, Severity: report.Error, Place: typePlace(name), OldLine: was.Line, NewLine: is.Line,
			How: baseChange(was, is) + ": without " + strings.Join(names, ", "),
			Was: orNothing(was.Base), Is: orNothing(is.Base),
		}, leadsTo})
	}
	return roots
}

func (w *way) operations() []root {
	rule := w.rule(OperationLost, OperationAdded)
	var roots []root
	for _, p := range w.pairings {
		moved := func(to string) bool {
			below := p.of
			below.binding.Name = to
			return len(w.to.offers(below)) > 0
		}
		if len(p.alone) == 0 || p.of.bound && w.from.inAllValues(p.of.binding.Name, w.to, moved) {
			continue
		}
		for _, op := range p.alone {
			roots = append(roots, root{w.change(rule, operationPlace(op), op.Line), typesOf(op)})
		}
	}
	return roots
}

// replacedTypes are the types in whose place others stand.
func (w *way) replacedTypes() []root {
	var roots []root
	for _, name := range sorted(w.replaced) {
		r, was := w.replaced[name], w.old.Types[name]
		change := w.change(TypeLost, typePlace(name), was.Line)
		change.How += fmt.Sprintf(": %s stands in its place, first at %s", r.by, r.at[0])
		if lacks := w.lacks(was, r.by); len(lacks) > 0 {
			change.How += ", without " + Some(lacks, someNames)
		}
		change.Is, change.NewLine = r.by, w.new.Types[r.by].Line
		roots = append(roots, root{change, []string{name}})
	}
	return roots
}

// lacks are the members of a lost type that the one in its place does not have.
func (s *sides) lacks(was *csdl.Type, by string) []string {
	names := slices.Collect(maps.Keys(s.old.ownProperties(was)))
	for _, p := range s.old.inherited(was) {
		names = append(names, p.Name)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return s.new.has(by, name) })
	after := valuesOf(s.new.Types[by])
	for _, m := range was.Members {
		if _, there := after[m.Name]; !there {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return names
}
