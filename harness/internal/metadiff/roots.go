package metadiff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// root is something that only one side has, within what both have: a way to types that may
// be on that side alone, too.
type root struct {
	Change
	leadsTo []string // full names of types
}

// changes are those of what one side lacks. What takes the place of a lost type is part of the
// change of that type.
func (w *way) changes() []Change {
	roots := slices.Concat(w.paths(), w.properties())
	reported := map[string]bool{}
	if w.lost {
		roots = append(roots, w.bases()...)
	}
	roots = append(roots, w.operations()...)
	if w.lost {
		roots = append(roots, w.replacedTypes()...)
	} else {
		for _, r := range w.replaced {
			reported[r.by] = true
		}
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
