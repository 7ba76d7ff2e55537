package diff

import (
	"cmp"
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// An answerPair is the answers with one status of both recordings.
type answerPair struct {
	pair
	before, after *answers
}

func (a answerPair) compare(in *recordings) {
	a.headers()
	if a.content() {
		return
	}
	if a.before.all[0].status >= 400 {
		a.errors()
		return
	}
	(&shapes{a.pair, in}).compare(a.before.shape, a.after.shape)
	a.equalities()
}

// shapes compares what the bodies of an operation's answers hold.
type shapes struct {
	pair
	in *recordings
}

// add adds a difference of what stands at a place, which examples of both sides show.
func (c *shapes) add(at *shape, old, new []spot, d difference) {
	d.member, d.subject, d.where, d.examples = at.name, cmp.Or(d.subject, at.subject), at.where, examplesOf(old, new)
	c.pair.add(d)
}

// compare compares what stands at one place, and then what stands below it.
func (c *shapes) compare(old, new *shape) {
	if old.total() > 0 && new.total() > 0 && !isLinkMember(old.where) {
		if c.types(old, new) {
			return
		}
		c.values(old, new)
	}
	if old.types[typeObject] > 0 && new.types[typeObject] > 0 {
		names := maps.Clone(old.members)
		maps.Copy(names, new.members)
		c.hidden(names, old, new)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			c.member(name, old, new)
		}
	}
	if old.element != nil && new.element != nil {
		c.compare(old.element, new.element)
	}
	if old.removed != nil && new.removed != nil {
		c.compare(old.removed, new.removed)
	}
}

// isLinkMember reports whether a place is that of a paging link, which traces compare.
func isLinkMember(where string) bool {
	return where == jsondoc.AppendPath(jsondoc.Root, odata.NextLink)
}
