package diff

import (
	"fmt"
	"maps"
	"slices"
)

// threads compares what two addresses answered over time, phase by phase.
func (c *comparison) threads(p pair, old, new *thread) {
	if old.write {
		c.writes(p, old.phases[0].answers, new.phases[0].answers)
		return
	}
	for i := range min(len(old.phases), len(new.phases)) {
		c.phases(p, old.phases[i].answers, new.phases[i].answers)
	}
}

// writes compares answers to the same write, one by one. Where one recording has more,
// those that fit in neither order are attempts that failed.
func (c *comparison) writes(p pair, old, new []*exchange) {
	for len(old) > 0 && len(new) > 0 {
		switch {
		case old[0].status == new[0].status || len(old) == len(new):
			c.phases(p, old[:1], new[:1])
			old, new = old[1:], new[1:]
		case len(new) > len(old) && isFailure(new[0]):
			c.transient(p, old[0], new[0])
			new = new[1:]
		case len(new) > len(old):
			c.phases(p, old[:1], new[:1])
			old, new = old[1:], new[1:]
		default:
			old = old[1:]
		}
	}
}

func isFailure(e *exchange) bool { return e.status >= 400 }

// phases compares two runs of answers to one request.
func (c *comparison) phases(p pair, old, new []*exchange) {
	was, is := old[len(old)-1], new[len(new)-1]
	if was.status != is.status {
		c.add(difference{
			rule: StatusChanged, operation: p.old, where: "status", old: status(was), new: status(is),
			message:  fmt.Sprintf("answers %s, was %s", status(is), status(was)),
			examples: []Example{{Old: was.at, New: is.at, Path: "status"}},
		})
		return
	}
	c.window(p, old, new)
	c.states(p, old, new)
	c.paging(p, was, is)
	c.latency(p, was, is)
}

// throttling compares how clients are turned away, where they were both times: at which
// request is chance.
func (c *comparison) throttling() {
	before, after := newPicture(), newPicture()
	for _, e := range c.old.turnedAway {
		before.add(e)
	}
	for _, e := range c.new.turnedAway {
		after.add(e)
	}
	op := &operation{key: "throttled", name: "throttled requests"}
	for _, status := range slices.Sorted(maps.Keys(before.answers)) {
		if old, new := before.answers[status], after.answers[status]; new != nil {
			c.headers(pair{op, op}, old, new)
			c.errors(pair{op, op}, old, new)
		}
	}
}
