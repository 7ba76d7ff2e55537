package metadiff

import (
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
)

// findOthers finds what is not declared alike on both sides: most of a large document is, and
// need not be looked at again. A type that is declared alike has all that it had of its own,
// and its base is compared for itself.
func (c *comparison) findOthers() {
	for _, name := range sorted(c.old.Types) {
		if is := c.new.Types[name]; is != nil && !alike(c.old.Types[name], is) {
			c.others = append(c.others, name)
		}
	}
	c.otherOps = map[string]bool{}
	for _, side := range []*side{c.old, c.new} {
		for name := range side.Operations {
			c.otherOps[name] = !slices.EqualFunc(c.old.Operations[name], c.new.Operations[name], alikeOperations)
		}
	}
}

func alike(a, b *csdl.Type) bool {
	return a.Kind == b.Kind && a.Base == b.Base && a.Abstract == b.Abstract && a.Open == b.Open && a.HasStream == b.HasStream &&
		a.Flags == b.Flags && slices.Equal(a.Members, b.Members) && slices.Equal(a.Keys, b.Keys) &&
		same(a.Deprecated, b.Deprecated) && slices.EqualFunc(a.Properties, b.Properties, alikeProperties)
}

func alikeProperties(a, b csdl.Property) bool {
	if !same(a.Deprecated, b.Deprecated) {
		return false
	}
	a.Line, a.Deprecated, b.Line, b.Deprecated = 0, nil, 0, nil
	return a == b
}

func alikeOperations(a, b *csdl.Operation) bool {
	return a.Name == b.Name && a.Action == b.Action && a.Bound == b.Bound && a.Binding == b.Binding && a.Composable == b.Composable &&
		slices.Equal(a.Parameters, b.Parameters) && same(a.Returns, b.Returns) && same(a.Deprecated, b.Deprecated)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
