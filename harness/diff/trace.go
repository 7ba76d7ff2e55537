package diff

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
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
			rule: "status.changed", operation: p.old, where: "status", old: status(was), new: status(is),
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

func status(e *exchange) string {
	s := strconv.Itoa(e.status)
	if code := e.errorCode(); code != "" {
		return s + " " + code
	}
	return s
}

func (e *exchange) errorCode() string { return text(e.member("error"), "code") }

// window compares what came before the final answer. A created resource that is not there
// yet is waited for, and how often is chance: twice as often, and twice at least, is not.
func (c *comparison) window(p pair, old, new []*exchange) {
	final := new[len(new)-1].status
	count := func(answers []*exchange) (missing int, other *exchange) {
		for _, e := range answers {
			switch {
			case e.status == final:
			case e.status == http.StatusNotFound:
				missing++
			case isFailure(e) && other == nil:
				other = e
			}
		}
		return missing, other
	}
	was, failedBefore := count(old)
	is, failed := count(new)
	if failed != nil && failedBefore == nil {
		c.transient(p, old[len(old)-1], failed)
	}
	if is >= 2*was && is-was >= 2 {
		c.add(difference{
			rule: "consistency.window", operation: p.old, where: "status",
			old: "404 " + strconv.Itoa(was) + " times", new: "404 " + strconv.Itoa(is) + " times",
			message:  "is not found " + strconv.Itoa(is) + " times before it is, was " + strconv.Itoa(was),
			examples: []Example{{Old: old[len(old)-1].at, New: new[0].at, Path: "status"}},
		})
	}
}

func (c *comparison) transient(p pair, was, failed *exchange) {
	c.add(difference{
		rule: "status.transient", operation: p.old, where: "status", old: status(was), new: status(failed) + ", then " + status(was),
		message:  "fails with " + status(failed) + " before it succeeds",
		examples: []Example{{Old: was.at, New: failed.at, Path: "status"}},
	})
}

// statesOf lists the states that an operation went through; nil when it is none.
func statesOf(answers []*exchange) []string {
	var states []string
	for _, e := range answers {
		state := graph.StateOf(e.answered.doc)
		if state != "" && (len(states) == 0 || states[len(states)-1] != state) {
			states = append(states, state)
		}
	}
	return states
}

// isOperation reports whether an operation of the API asks for a long-running operation.
func (op *operation) isOperation() bool {
	return graph.IsOperationHeader(op.follows) || graph.IsOperationPath(op.name)
}

func (c *comparison) states(p pair, old, new []*exchange) {
	if !p.old.isOperation() && !p.new.isOperation() {
		return
	}
	was, is := statesOf(old), statesOf(new)
	if len(was) == 0 || len(is) == 0 {
		return
	}
	end, now := was[len(was)-1], is[len(is)-1]
	d := difference{
		operation: p.old, where: "$['status']", old: strings.Join(was, ", "), new: strings.Join(is, ", "),
		examples: []Example{{Old: old[len(old)-1].at, New: new[len(new)-1].at, Path: "$['status']"}},
	}
	switch {
	case graph.IsTerminal(end) && !graph.IsTerminal(now):
		d.rule, d.message = "operation.unfinished", "does not end: "+now+" is its last state"
	case end != now && graph.IsTerminal(end):
		d.rule, d.message = "operation.outcome", "ends in "+now+", was "+end
	case len(without(is, was)) > 0:
		d.rule, d.message = "state.new", "goes through "+strings.Join(without(is, was), ", ")
	case contradicts(was, is):
		d.rule, d.message = "state.order", "goes through its states in another order"
	default:
		c.duration(p, old, new)
		return
	}
	c.add(d)
}

func without(states, known []string) []string {
	return slices.DeleteFunc(slices.Clone(states), func(s string) bool { return slices.Contains(known, s) })
}

// contradicts reports whether two states stand in one order here and in the other there.
func contradicts(was, is []string) bool {
	for i, a := range was {
		for _, b := range was[i+1:] {
			x, y := slices.Index(is, a), slices.Index(is, b)
			if a != b && x >= 0 && y >= 0 && y < x {
				return true
			}
		}
	}
	return false
}

// duration compares how long operations took, by the service's clock.
func (c *comparison) duration(p pair, old, new []*exchange) {
	took := func(answers []*exchange) time.Duration {
		return answers[len(answers)-1].answeredAt().Sub(answers[0].answeredAt())
	}
	was, is := took(old), took(new)
	if is >= time.Minute && is >= 10*max(was, time.Second) {
		c.add(difference{
			rule: "operation.slower", operation: p.old, where: "header.Date", old: "up to " + bound(was), new: "more than " + bound(is/10),
			message:  "takes ten times as long",
			examples: []Example{{Old: old[0].at, New: new[0].at, Path: "header.Date"}},
		})
	}
}

// bound is a duration to the next power of ten, so that a change reads the same in every
// recording.
func bound(d time.Duration) string {
	limit := time.Second
	for limit < d {
		limit *= 10
	}
	return limit.String()
}

// latency compares how long single answers took. Below seconds, networks decide.
func (c *comparison) latency(p pair, was, is *exchange) {
	a, b := was.at.Response.Duration, is.at.Response.Duration
	if b >= 5*time.Second && a > 0 && b >= 10*a {
		c.add(difference{
			rule: "latency.class", operation: p.old, where: "duration", old: "up to " + bound(a), new: "more than " + bound(b/10),
			message:  "takes ten times as long",
			examples: []Example{{Old: was.at, New: is.at, Path: "duration"}},
		})
	}
}

// paging compares in how many pieces an answer comes.
func (c *comparison) paging(p pair, was, is *exchange) {
	before, after := was.hasNext(), is.hasNext()
	_, isList := is.member("value").([]any)
	sizeBefore, sizeAfter := len(list(was.answered.doc, "value")), len(list(is.answered.doc, "value"))
	d := difference{operation: p.old, where: jsondoc.AppendPath(jsondoc.Root, graph.NextLink), examples: []Example{{Old: was.at, New: is.at, Path: "$['value']"}}}
	switch {
	case !before && after && is.grewFrom(was), before && !after && was.grewFrom(is):
		return // more items than fit, or no longer so many
	case !before && after:
		d.rule, d.old, d.new, d.message = "paging.added", "one answer", "pages", "comes in pages"
	case before && !after:
		d.rule, d.old, d.new, d.message = "paging.removed", "pages", "one answer", "comes whole"
	case before && sizeBefore != sizeAfter:
		d.rule, d.old, d.new = "paging.size", strconv.Itoa(sizeBefore)+" items a page", strconv.Itoa(sizeAfter)+" items a page"
		d.message = "pages hold " + strconv.Itoa(sizeAfter) + " items, were " + strconv.Itoa(sizeBefore)
	case !before && sizeBefore > 0 && sizeAfter == 0 && isList && is.member(graph.DeltaLink) == nil:
		d.rule, d.where, d.old, d.new, d.message = "collection.emptied", "$['value']", "items", "none", "has no items"
	default:
		return
	}
	c.add(d)
}

// grewFrom reports whether a list came whole once and in pages now because it has more
// items: its first page holds no fewer than there were, and further ones the rest.
func (e *exchange) grewFrom(whole *exchange) bool {
	was, first := len(list(whole.answered.doc, "value")), len(list(e.answered.doc, "value"))
	all := first
	for _, page := range e.pages {
		all += len(list(page.answered.doc, "value"))
	}
	return first >= was && all > first
}

func (e *exchange) hasNext() bool { return text(e.answered.doc, graph.NextLink) != "" }

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
