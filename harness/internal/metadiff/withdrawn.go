package metadiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// root is something that only one side has, within what both have: a way to types that may
// be on that side alone, too.
type root struct {
	Change
	leadsTo []string // full names of types
}

// way is the direction of a look at both sides: what one has and the other lacks is gone,
// or new.
type way struct {
	from, to *side
	lost     bool
	severity report.Severity
	how      string          // "is gone"
	spaces   map[string]bool // the namespaces of the side that lacks
}

func (c *comparison) goneWay() *way {
	return &way{c.old, c.new, true, report.Error, "is gone", spacesOf(c.new)}
}

func (c *comparison) cameWay() *way {
	return &way{c.new, c.old, false, report.Note, "is new", spacesOf(c.old)}
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

func (c *comparison) gone() {
	w := c.goneWay()
	roots := slices.Concat(c.pathRoots(w), c.propertyRoots(w), c.baseRoots(), c.operationRoots(w), c.replacedRoots())
	c.changes = append(c.changes, w.causes(roots, nil)...)
}

func (c *comparison) came() {
	w := c.cameWay()
	told := map[string]bool{} // what takes the place of a lost type is told with that
	for _, r := range c.replaced {
		told[r.by] = true
	}
	roots := slices.Concat(c.pathRoots(w), c.propertyRoots(w), c.operationRoots(w))
	c.changes = append(c.changes, w.causes(roots, told)...)
}

// pathRoots are the paths that one side lacks.
func (c *comparison) pathRoots(w *way) []root {
	var roots []root
	for _, name := range sorted(w.from.Resources) {
		if w.to.Resources[name] != nil {
			continue
		}
		r := w.from.Resources[name]
		at := Place{Kind: Path, Name: name}
		roots = append(roots, root{w.change(w.rule(diff.PathLost, diff.PathAdded), at, r.Line), []string{r.Type.Name}})
	}
	return roots
}

// replacedRoots are the types in whose place others stand.
func (c *comparison) replacedRoots() []root {
	w := c.goneWay()
	var roots []root
	for _, name := range sorted(c.replaced) {
		r, was := c.replaced[name], c.old.Types[name]
		change := w.change(diff.TypeLost, typePlace(name), was.Line)
		change.How += fmt.Sprintf(": %s stands in its place, first at %s", r.by, r.at[0])
		if lacks := c.lacks(name, r.by); len(lacks) > 0 {
			change.How += ", without " + Some(lacks, someNames)
		}
		change.Is, change.NewLine = r.by, c.new.Types[r.by].Line
		roots = append(roots, root{change, []string{name}})
	}
	return roots
}

// lacks are the members of a lost type that the one in its place does not have.
func (c *comparison) lacks(name, by string) []string {
	var names []string
	was := c.old.Types[name]
	for property := range c.old.ownProperties(was) {
		if !c.new.has(by, property) {
			names = append(names, property)
		}
	}
	for _, p := range c.inherited(was) {
		if !c.new.has(by, p.Name) {
			names = append(names, p.Name)
		}
	}
	after := valuesOf(c.new.Types[by])
	for _, m := range was.Members {
		if _, there := after[m.Name]; !there {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return names
}

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

// merge puts the smaller of two causes into the other.
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
func (w *way) causes(roots []root, told map[string]bool) []Change {
	byType := map[string]*cause{}
	var all []*cause
	for _, r := range roots {
		c := &cause{roots: []root{r}}
		all = append(all, c)
		w.reach(c, r.leadsTo, byType)
	}
	for _, name := range sorted(w.from.Types) {
		if w.missing(name) && byType[name] == nil && !told[name] {
			c := &cause{}
			all = append(all, c)
			w.reach(c, []string{name}, byType)
		}
	}
	w.joinNamespaces(byType)
	var changes []Change
	for _, c := range all {
		if c.into == nil {
			changes = append(changes, w.told(c))
		}
	}
	return changes
}

// joinNamespaces makes one cause of all that went with a namespace.
func (w *way) joinNamespaces(byType map[string]*cause) {
	first := map[string]*cause{}
	for _, name := range sorted(byType) {
		switch space := namespaceOf(name); {
		case w.spaces[space]:
		case first[space] == nil:
			first[space] = byType[name]
		default:
			first[space].merge(byType[name])
		}
	}
}

// reach gives a cause the missing types that can be come to from some: their bases, what
// derives from them, the types of their properties and of the operations that are bound to
// them. One that another cause has makes both one, and is not gone through again.
func (w *way) reach(c *cause, from []string, byType map[string]*cause) {
	for todo := slices.Clone(from); len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		if !w.missing(name) {
			continue
		}
		if other := byType[name]; other != nil {
			c.merge(other)
			continue
		}
		byType[name] = c
		whole := c.whole()
		whole.types = append(whole.types, name)
		todo = append(todo, w.from.Types[name].Base)
		todo = append(todo, w.from.derived[name]...)
		todo = append(todo, w.leads(name)...)
	}
}

// leads are the types of a type's properties and of what is bound to it.
func (w *way) leads(name string) []string {
	var names []string
	for _, p := range w.from.Types[name].Properties {
		names = append(names, p.Type.Name)
	}
	for _, o := range w.from.bound[name] {
		names = append(names, typesOf(o)...)
	}
	return names
}

// told makes one change of a cause: the first of its roots names it, or where there is none
// the namespace, or the type that no other of them leads to.
func (w *way) told(c *cause) Change {
	types := slices.Sorted(slices.Values(c.types))
	if len(c.roots) == 0 {
		change := w.typeChange(types, w.head(types))
		change.Carries = slices.DeleteFunc(types, func(name string) bool { return name == change.Place.Type })
		return change
	}
	slices.SortFunc(c.roots, func(a, b root) int {
		return cmp.Or(cmp.Compare(a.Place.Kind, b.Place.Kind), strings.Compare(a.Place.String(), b.Place.String()))
	})
	change := c.roots[0].Change
	for _, r := range c.roots[1:] {
		change.Also = append(change.Also, r.Place)
	}
	change.Carries = slices.DeleteFunc(types, func(name string) bool { return name == change.Place.Type })
	return change
}

func (w *way) typeChange(types []string, head string) Change {
	rule := w.rule(diff.TypeLost, diff.TypeAdded)
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
		for _, to := range slices.Concat(w.leads(name), w.from.derived[name]) {
			led[to] = led[to] || to != name
		}
	}
	for _, name := range types {
		if !led[name] {
			return name
		}
	}
	return types[0]
}
