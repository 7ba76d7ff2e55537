package drift

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

// Used is what a project touches of an API: the types of its requests and answers with what
// they derive from and hold; navigation properties, operations and paths that its addresses
// name.
type Used struct {
	uses  *project.Uses
	words map[string]bool
	last  *csdl.Model // asked for last: of a history, each model is asked for twice
	types map[string]bool
}

// UsedBy is what cassettes and scenarios use.
func UsedBy(uses *project.Uses) *Used { return &Used{uses: uses, words: uses.Words()} }

// typesOf are the types in use, as a model says what requests mean.
func (u *Used) typesOf(m *csdl.Model) map[string]bool {
	if u.last != m {
		part, _ := m.Only(u.uses.Types(m)...)
		u.last, u.types = m, map[string]bool{}
		for name := range part.Types {
			u.types[name] = true
		}
	}
	return u.types
}

// between reports whether a change from one model to another touches what is used. What is gone
// only the old one knows.
func (u *Used) between(old, new *csdl.Model) func(c *metadiff.Change) bool {
	types := maps.Clone(u.typesOf(old))
	maps.Copy(types, u.typesOf(new))
	touches := func(at metadiff.Place) bool {
		word := strings.ToLower(shortName(at.Name))
		switch at.Kind {
		case metadiff.Path:
			return u.words[word]
		case metadiff.Navigation, metadiff.Operation:
			return u.words[word] && (at.Type == "" || types[at.Type])
		}
		return types[at.Type]
	}
	return func(c *metadiff.Change) bool {
		return touches(c.Place) || slices.ContainsFunc(c.Also, touches) ||
			slices.ContainsFunc(c.Carries, func(name string) bool { return types[name] })
	}
}
