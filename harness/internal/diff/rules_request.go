package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what the client has to ask.
const (
	FlowChanged  ID = "flow.changed"
	RequestAdded ID = "request.added"
	RequestLost  ID = "request.lost"
)

var requestRules = []Rule{
	{FlowChanged, report.Warning, false, "requests are made that were not, or no longer", changeFlow},
	{RequestAdded, report.Note, false, "the client sends a property that it did not send", func(m *mutation) string {
		return changeRequest(m, func(asked map[string]any) string {
			asked["isNeededNow"] = true
			return "isNeededNow"
		})
	}},
	{RequestLost, report.Note, false, "the client no longer sends a property", loseFromRequest},
}

// flow reports operations that only one recording has, unless something else explains
// them: where a request failed, those after it go missing.
func (c *comparison) flow() {
	explained := slices.ContainsFunc(c.found.all, func(d difference) bool {
		return d.rule.within("status") || d.rule.within("operation") && d.rule != OperationSlower ||
			slices.Contains([]ID{PagingAdded, PagingRemoved, LinkShape, PropertyLost, HeaderLost}, d.rule)
	})
	if explained || len(c.gone)+len(c.come) == 0 {
		return
	}
	d := difference{
		rule: FlowChanged, operation: slices.Concat(c.gone, c.come)[0], subject: "flow", where: "flow",
		old: names(c.gone), new: names(c.come), count: len(c.gone) + len(c.come), message: "other requests are made",
	}
	switch {
	case len(c.gone) == 0:
		d.message = "requests that were not made before"
	case len(c.come) == 0:
		d.message = "no longer requested"
	}
	for _, o := range c.gone {
		d.examples = append(d.examples, Example{Old: o.threads[0].phases[0].answers[0].at, Path: "flow"})
	}
	for _, o := range c.come {
		d.examples = append(d.examples, Example{New: o.threads[0].phases[0].answers[0].at, Path: "flow"})
	}
	c.found.add(d)
}

func names(ops []*operation) string {
	var all []string
	for _, o := range ops {
		all = append(all, o.name)
	}
	return strings.Join(all, ", ")
}

// requests compares what writes sent.
func (p pair) requests(before, after *picture) {
	if before.sent == 0 || after.sent == 0 {
		return
	}
	old, new := before.asked.members, after.asked.members
	for _, name := range slices.Sorted(maps.Keys(new)) {
		if old[name] == nil {
			p.add(difference{
				rule: RequestAdded, subject: "request." + name, where: "request." + new[name].where, old: "none", new: "sent", count: new[name].total(),
				message: "the request holds " + name, examples: examplesOf(before.asked.at, new[name].at),
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if new[name] == nil {
			p.add(difference{
				rule: RequestLost, subject: "request." + name, where: "request." + old[name].where, old: "sent", new: "none", count: old[name].total(),
				message: "the request no longer holds " + name, examples: examplesOf(old[name].at, after.asked.at),
			})
		}
	}
}

func changeFlow(m *mutation) string {
	return m.once(func(op *operation, answers []*exchange) bool {
		return op.follows == "" && isGoodRead(op, answers) && op != m.is.order[0] && !slices.ContainsFunc(m.is.order, func(other *operation) bool {
			return other.from == op
		})
	}, func(answers []*exchange) {
		for _, e := range answers {
			m.remove(e)
		}
	})
}

// changeRequest changes what the requests of an operation that succeeded sent.
func changeRequest(m *mutation, change func(asked map[string]any) string) string {
	return m.exchanges(func(e *exchange) string {
		asked, isObject := e.asked.(map[string]any)
		if !isObject || isFailure(e) {
			return ""
		}
		return change(asked)
	})
}

func loseFromRequest(m *mutation) string {
	return changeRequest(m, func(asked map[string]any) string {
		if len(asked) == 0 {
			return ""
		}
		first := slices.Min(slices.Collect(maps.Keys(asked)))
		delete(asked, first)
		return first
	})
}
