package metadiff

import (
	"cmp"
	"slices"
	"strings"

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
	for _, name := range types {
		if !led[name] {
			return name
		}
	}
	return types[0]
}
