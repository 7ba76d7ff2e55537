package metadiff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Kind is what stands at a place of metadata.
type Kind int

// The kinds of places, in the order in which one of several names a change.
const (
	Path Kind = iota // what an address begins with
	Navigation
	Operation
	Property
	Namespace
	Type
	Member // of an enum
)

// A Place is something that metadata declares.
type Place struct {
	Kind Kind
	Type string // full name of the type: itself, its owner, or what an operation is bound to; "" of none
	Name string // its own, within the type; of an operation the full name
	text string
}

// String is the place as reports name it: "/users", "microsoft.graph.user/manager".
func (p Place) String() string {
	switch {
	case p.text != "":
		return p.text
	case p.Kind == Path:
		return "/" + p.Name
	case p.Name == "":
		return p.Type
	}
	return p.Type + "/" + p.Name
}

func typePlace(name string) Place { return Place{Kind: Type, Type: name} }

func propertyPlace(owner string, p *csdl.Property) Place {
	kind := Property
	if p.Navigation {
		kind = Navigation
	}
	return Place{Kind: kind, Type: owner, Name: p.Name}
}

// A Change is one change of what metadata declares, with all that follows from it.
type Change struct {
	Rule     diff.ID
	Severity report.Severity
	Place    Place
	How      string   // said of the place: "is gone"
	Was, Is  string   // "declared" and "none" where the place itself is gone
	Also     []Place  // further places with the same cause, sorted
	Carries  []string // full names of the types that go or come along, sorted
	OldLine  int      // 0 where it is not in the old document
	NewLine  int
}

// group is the type that a change is told under, or the path or operation.
func (c *Change) group() string { return cmp.Or(c.Place.Type, c.Place.String()) }

// PlainlyThere reports whether all that there is to say is that the place is there, or not.
func (c *Change) PlainlyThere() bool {
	return c.Was == Declared && c.Is == None || c.Was == None && c.Is == Declared
}

// What a place was or is, where it is there or not.
const (
	Declared = "declared"
	None     = "none"
)

// Compare tells what changed, worst first and grouped by type.
func Compare(old, new *csdl.Model) []Change {
	c := comparison{old: sideOf(old), new: sideOf(new), respelled: map[string]bool{}, deprecated: map[notice]*Change{}}
	c.findOthers()
	c.replace()
	c.gone()
	c.came()
	for _, name := range c.others {
		c.kept(old.Types[name], new.Types[name])
	}
	c.operations()
	c.resources()
	for _, change := range c.deprecated {
		c.changes = append(c.changes, *change)
	}
	sortChanges(c.changes)
	return c.changes
}

// comparison is one run of Compare.
type comparison struct {
	old, new   *side
	others     []string        // names of the types of both sides that are not declared alike, sorted
	otherOps   map[string]bool // names of the operations that are not declared alike
	replaced   map[string]*replacement
	respelled  map[string]bool // new places that are lost ones in another letter case
	deprecated map[notice]*Change
	changes    []Change
}

func (c *comparison) add(change Change) { c.changes = append(c.changes, change) }

// sortChanges puts types with the worst changes first, and in each the worst change.
func sortChanges(changes []Change) {
	worst := map[string]report.Severity{}
	for i := range changes {
		group := changes[i].group()
		worst[group] = max(worst[group], changes[i].Severity)
	}
	slices.SortFunc(changes, func(a, b Change) int {
		x, y := a.group(), b.group()
		return cmp.Or(
			cmp.Compare(worst[y], worst[x]), strings.Compare(x, y), cmp.Compare(b.Severity, a.Severity),
			strings.Compare(a.Place.String(), b.Place.String()), cmp.Compare(a.Rule, b.Rule), strings.Compare(a.How, b.How),
		)
	})
}
