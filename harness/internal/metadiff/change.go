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

// group is the type that a change is reported under, or the path or operation.
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

// Compare says what changed, worst first and grouped by type.
func Compare(old, new *csdl.Model) []Change {
	both := sidesOf(old, new)
	gone, came := both.gone(), both.came()
	changes := append(gone.changes(), came.changes()...)
	k := kept{sides: both, found: changes, deprecated: map[notice]*Change{}}
	changes = k.compare(gone.pairings)
	sortChanges(changes)
	return changes
}

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

// The changes that only metadata can show.
const (
	DeprecationAdded  diff.ID = "deprecation.added"
	EnumValue         diff.ID = "enum.value"
	NavigationChanged diff.ID = "navigation.changed"
	NullGone          diff.ID = "null.gone"
	OperationAdded    diff.ID = "operation.added"
	OperationLost     diff.ID = "operation.lost"
	PathAdded         diff.ID = "path.added"
	PathLost          diff.ID = "path.lost"
	PropertyComputed  diff.ID = "property.computed"
	TypeAdded         diff.ID = "type.added"
	TypeBase          diff.ID = "type.base"
	TypeClosed        diff.ID = "type.closed"
	TypeLost          diff.ID = "type.lost"
)

// Rules are the ids of changes that only metadata can show; the others are those of
// package diff with the same meaning.
func Rules() []diff.ID {
	return []diff.ID{
		DeprecationAdded, EnumValue, NavigationChanged, NullGone, OperationAdded, OperationLost, PathAdded, PathLost,
		PropertyComputed, TypeAdded, TypeBase, TypeClosed, TypeLost,
	}
}
