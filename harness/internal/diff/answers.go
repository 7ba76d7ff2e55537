package diff

import (
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// answers compares all answers with one status.
func (c *comparison) answers(p pair, old, new *answers) {
	c.headers(p, old, new)
	if c.content(p, old, new) {
		return
	}
	if old.all[0].status >= 400 {
		c.errors(p, old, new)
		return
	}
	c.shapes(p, old.shape, new.shape)
	c.equalities(p, old, new)
}

// shapes compares what stands at one place, and then what stands below it.
func (c *comparison) shapes(p pair, old, new *shape) {
	if old.total() > 0 && new.total() > 0 && !isLinkMember(old.where) {
		if c.types(p, old, new) {
			return
		}
		c.values(p, old, new)
	}
	if old.types[typeObject] > 0 && new.types[typeObject] > 0 {
		names := maps.Clone(old.members)
		maps.Copy(names, new.members)
		c.hidden(p, names, old, new)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			c.member(p, name, old, new)
		}
	}
	if old.element != nil && new.element != nil {
		c.shapes(p, old.element, new.element)
	}
	if old.removed != nil && new.removed != nil {
		c.shapes(p, old.removed, new.removed)
	}
}

// isLinkMember reports the paging links, which the trace tells of.
func isLinkMember(where string) bool {
	return where == jsondoc.AppendPath(jsondoc.Root, odata.NextLink)
}
