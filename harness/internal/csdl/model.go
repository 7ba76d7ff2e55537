package csdl

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// A Model is what one document of metadata declares.
type Model struct {
	Types      map[string]*Type        // by full name
	Operations map[string][]*Operation // overloads in declared order, by full name
	Resources  map[string]*Resource    // by name: what a path may begin with
	Warnings   []Warning               // in the order of lines
}

// A Warning says what the reader of metadata did not understand.
type Warning struct {
	Line    int
	Message string
}

// maxWarnings bounds what is said of a text that is something else.
const maxWarnings = 1000

func (m *Model) warn(line int, message string, args ...any) {
	switch n := len(m.Warnings); {
	case n < maxWarnings:
		m.Warnings = append(m.Warnings, Warning{line, fmt.Sprintf(message, args...)})
	case n == maxWarnings:
		m.Warnings = append(m.Warnings, Warning{line, "and more, which are not listed"})
	}
}

// Kind is what a type is: entity, complex or enum.
type Kind string

// The kinds of types.
const (
	Entity  Kind = "entity"
	Complex Kind = "complex"
	Enum    Kind = "enum"
)

// A Type is an entity, complex or enum type.
type Type struct {
	Name       string // full
	Kind       Kind
	Base       string // full name of what it derives from, or ""
	Abstract   bool
	Open       bool       // declared itself; openness is inherited
	Properties []Property // its own, navigation properties last

	AlternateKeys [][]string // each is a list of the names by which it is written

	Flags   bool     // of an enum: values are sets of members
	Members []Member // of an enum

	Deprecated *Revision
	Line       int
}

// Sentinel is the member that marks an enum as evolvable
// (concepts/best-practices-concept).
const Sentinel = "unknownFutureValue"

// Evolvable reports whether members may be added to an enum.
func (t *Type) Evolvable() bool {
	return slices.ContainsFunc(t.Members, func(m Member) bool { return m.Name == Sentinel })
}

// A Member is one of an enum's.
type Member struct {
	Name  string
	Value string // as declared; "" when it is not
}

// A Ref names the type of a value.
type Ref struct {
	Name       string // full: "Edm.String", "microsoft.graph.user"
	Collection bool
}

// RefOf reads what String writes: "T" and "Collection(T)".
func RefOf(text string) Ref {
	name, collection := odata.ElementOf(text)
	return Ref{Name: name, Collection: collection}
}

func (r Ref) String() string {
	if r.Collection {
		return odata.CollectionOf(r.Name)
	}
	return r.Name
}

// IsPrimitive reports whether the type is one of OData's own.
func (r Ref) IsPrimitive() bool { return strings.HasPrefix(r.Name, "Edm.") }

// A Property is a structural or a navigation property.
type Property struct {
	Name       string
	Type       Ref
	Nullable   bool // of a collection: its elements
	Navigation bool
	Computed   bool // the service sets it; never in a request
	Deprecated *Revision
	Line       int
}

// An Operation is one overload of an action or a function.
type Operation struct {
	Name       string // full
	Action     bool   // else a function
	Bound      bool
	Binding    Ref // of a bound one
	Parameters []Parameter
	Returns    *Ref // nil when it returns nothing
	Composable bool
	Deprecated *Revision
	Line       int
}

// A Parameter is one of an operation's, the binding one aside.
type Parameter struct {
	Name     string
	Type     Ref
	Nullable bool
	Optional bool
}

// A Resource is what a path may begin with: an entity set, a singleton, or the
// import of an unbound operation.
type Resource struct {
	Name      string
	Type      Ref    // a set is a collection; none for an import
	Operation string // full name, of an import
	Line      int
}

// A Revision is the notice that something is deprecated.
type Revision struct {
	Version, Kind, Description string
	Date, RemovalDate          string // YYYY-MM-DD, or ""
}

// Only is the part of a model that some types need: these, what they derive from,
// and the types of their values, navigation aside, and so on; the operations that
// are bound to them; and all resources. The names that the model does not have are
// returned, too.
func (m *Model) Only(names ...string) (part *Model, unknown []string) {
	part = &Model{Types: map[string]*Type{}, Operations: map[string][]*Operation{}, Resources: m.Resources}
	unknown = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return m.Types[name] != nil })
	for todo := slices.Clone(names); len(todo) > 0; {
		t := m.Types[todo[0]]
		if todo = todo[1:]; t == nil || part.Types[t.Name] != nil {
			continue
		}
		part.Types[t.Name] = t
		todo = append(todo, t.Base)
		for _, p := range t.Properties {
			if !p.Navigation {
				todo = append(todo, p.Type.Name)
			}
		}
	}
	for name, overloads := range m.Operations {
		for _, o := range overloads {
			if part.Types[o.Binding.Name] != nil || !o.Bound {
				part.Operations[name] = append(part.Operations[name], o)
			}
		}
	}
	return part, unknown
}

// Find is the full name of a type that is named in full or by its short name, in
// any letter case; the namespace microsoft.graph comes first. Several names are
// those that a short name may mean; none means that there is no such type.
func (m *Model) Find(name string) []string {
	name = strings.TrimPrefix(name, "graph.")
	var found []string
	for full := range m.Types {
		switch {
		case strings.EqualFold(full, name), strings.EqualFold(full, "microsoft.graph."+name):
			return []string{full}
		case strings.EqualFold(full[strings.LastIndexByte(full, '.')+1:], name):
			found = append(found, full)
		}
	}
	slices.Sort(found)
	return found
}

// Near lists at most three types whose short names are a few slips away from that
// of a name, nearest first.
func (m *Model) Near(name string) []string {
	short := func(full string) string { return strings.ToLower(full[strings.LastIndexByte(full, '.')+1:]) }
	most := max(2, len(short(name))/4)
	return fault.Near(slices.Collect(maps.Keys(m.Types)), most, func(full string) int { return fault.Distance(short(name), short(full)) })
}
