package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

type comparison struct {
	recordings
	opts  Options
	pairs []pair
	gone  []*operation // only in the old recording
	come  []*operation
	found differences
}

type recordings struct {
	old, new *behaviour
	isText   func(i *cassette.Interaction, path string) bool // as in Options
}

// A pair is an operation in both recordings, and where it is kept what differs in it.
type pair struct {
	old, new *operation
	found    *differences
}

func (p pair) add(d difference) {
	d.operation = p.old
	p.found.add(d)
}

// addAt adds a difference that two exchanges show.
func (p pair) addAt(was, is *exchange, d difference) {
	d.examples = []Example{{Old: was.at, New: is.at, Path: d.where}}
	p.add(d)
}

// path is an operation's name without its options: what is asked of one resource with
// other options is one thing.
func (op *operation) path() string {
	path, _, _ := strings.Cut(op.name, "?")
	return path
}

// pairUp finds the operations of two recordings that are one. What followed a link and
// has no like is paired by the address's own template.
func (c *comparison) pairUp() {
	old, new := c.old, c.new
	var gone []*operation
	paired := map[*operation]bool{}
	for _, o := range old.order {
		if n := new.operations[o.key]; n != nil {
			c.pairs = append(c.pairs, pair{o, n, &c.found})
			paired[n] = true
			continue
		}
		gone = append(gone, o)
	}
	byName := map[string]*operation{}
	for _, n := range new.order {
		if name := maskBraces(n.name); !paired[n] && byName[name] == nil { // an id of another format is still an id
			byName[name] = n
		}
	}
	c.gone = slices.DeleteFunc(gone, func(o *operation) bool {
		n := byName[maskBraces(o.name)]
		if n == nil {
			return false
		}
		c.pairs = append(c.pairs, pair{o, n, &c.found})
		paired[n] = true
		delete(byName, maskBraces(o.name))
		return true
	})
	c.come = slices.DeleteFunc(slices.Clone(new.order), func(n *operation) bool { return paired[n] })
}

// compare compares an operation with itself, later.
func (p pair) compare(in *recordings) {
	before, after := pictureOf(p.old), pictureOf(p.new)
	for _, like := range likeThreads(p.old.threads, p.new.threads) {
		p.threads(like[0], like[1])
	}
	for _, status := range slices.Sorted(maps.Keys(before.answers)) {
		if after.answers[status] == nil {
			continue // the trace says so
		}
		answerPair{p, before.answers[status], after.answers[status]}.compare(in)
	}
	if !p.found.has(p.old, "status") {
		p.requests(before, after)
	}
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
			both := answerPair{pair{op, op, &c.found}, old, new}
			both.headers()
			both.errors()
		}
	}
}

// threads compares what two addresses answered over time, phase by phase.
func (p pair) threads(old, new *thread) {
	if old.write {
		p.writes(old.phases[0].answers, new.phases[0].answers)
		return
	}
	for i := range min(len(old.phases), len(new.phases)) {
		p.phases(old.phases[i].answers, new.phases[i].answers)
	}
}

// writes compares answers to the same write, one by one. Where one recording has more,
// those that fit in neither order are attempts that failed.
func (p pair) writes(old, new []*exchange) {
	for len(old) > 0 && len(new) > 0 {
		switch {
		case old[0].status != new[0].status && len(new) > len(old) && isFailure(new[0]):
			p.transient(old[0], new[0])
			new = new[1:]
		case old[0].status == new[0].status || len(new) >= len(old):
			p.phases(old[:1], new[:1])
			old, new = old[1:], new[1:]
		default:
			old = old[1:]
		}
	}
}

func isFailure(e *exchange) bool { return e.status >= 400 }

// phases compares two runs of answers to one request.
func (p pair) phases(old, new []*exchange) {
	was, is := old[len(old)-1], new[len(new)-1]
	if was.status != is.status {
		p.addAt(was, is, difference{
			rule: StatusChanged, where: "status", old: status(was), new: status(is),
			message: fmt.Sprintf("answers %s, was %s", status(is), status(was)),
		})
		return
	}
	p.window(old, new)
	p.states(old, new)
	p.paging(was, is)
	p.latency(was, is)
}
