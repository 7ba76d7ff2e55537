package diff

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of long-running operations.
const (
	OperationOutcome    ID = "operation.outcome"
	OperationSlower     ID = "operation.slower"
	OperationUnfinished ID = "operation.unfinished"
	StateNew            ID = "state.new"
	StateOrder          ID = "state.order"
)

var operationRules = []Rule{
	{OperationOutcome, report.Error, false, "a long-running operation ends otherwise", func(m *mutation) string {
		return m.polled(always, func(answers []*exchange) {
			state := async.Failed
			if last := answers[len(answers)-1]; text(last.answered.doc, "status") == state {
				state = async.Succeeded
			}
			setState(answers[len(answers)-1], state)
		})
	}},
	{OperationSlower, report.Note, true, "a long-running operation takes ten times as long", func(m *mutation) string {
		isTimed := func(answers []*exchange) bool { return len(answers) > 1 && !answers[0].answeredAt().IsZero() }
		return m.polled(isTimed, func(answers []*exchange) {
			last := answers[len(answers)-1]
			last.at.Response.Headers.Set("Date", last.answeredAt().Add(time.Hour).UTC().Format(http.TimeFormat))
		})
	}},
	{OperationUnfinished, report.Error, false, "a long-running operation does not end", func(m *mutation) string {
		return m.polled(always, func(answers []*exchange) { setState(answers[len(answers)-1], async.InProgress) })
	}},
	{StateNew, report.Warning, true, "a long-running operation goes through states that were not there", func(m *mutation) string {
		return m.polled(func(answers []*exchange) bool { return len(statesOf(answers)) > 1 }, func(answers []*exchange) {
			for _, e := range answers[:len(answers)-1] {
				if state := async.StateOf(e.answered.doc); state != "" {
					setState(e, "almost"+strings.ToUpper(state[:1])+state[1:])
				}
			}
		})
	}},
	{StateOrder, report.Warning, false, "a long-running operation goes through its states in another order", reorderStates},
}

// statesOf lists the states that an operation went through; nil when it is none.
func statesOf(answers []*exchange) []string {
	var states []string
	for _, e := range answers {
		state := async.StateOf(e.answered.doc)
		if state != "" && (len(states) == 0 || states[len(states)-1] != state) {
			states = append(states, state)
		}
	}
	return states
}

// isOperation reports whether an operation of the API asks for a long-running operation.
func (op *operation) isOperation() bool {
	return protocol.IsOperationHeader(op.follows) || async.IsOperationPath(op.name)
}

func (p pair) states(old, new []*exchange) {
	if !p.old.isOperation() && !p.new.isOperation() {
		return
	}
	was, is := statesOf(old), statesOf(new)
	if len(was) == 0 || len(is) == 0 {
		return
	}
	end, now := was[len(was)-1], is[len(is)-1]
	d := difference{where: "$['status']", old: strings.Join(was, ", "), new: strings.Join(is, ", ")}
	switch {
	case async.IsTerminal(end) && !async.IsTerminal(now):
		d.rule, d.message = OperationUnfinished, "does not end: "+now+" is its last state"
	case end != now && async.IsTerminal(end):
		d.rule, d.message = OperationOutcome, "ends in "+now+", was "+end
	case len(without(is, was)) > 0:
		d.rule, d.message = StateNew, "goes through "+strings.Join(without(is, was), ", ")
	case contradicts(was, is):
		d.rule, d.message = StateOrder, "goes through its states in another order"
	default:
		p.duration(old, new)
		return
	}
	p.addAt(old[len(old)-1], new[len(new)-1], d)
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
func (p pair) duration(old, new []*exchange) {
	took := func(answers []*exchange) time.Duration {
		return answers[len(answers)-1].answeredAt().Sub(answers[0].answeredAt())
	}
	was, is := took(old), took(new)
	if is >= time.Minute && is >= 10*max(was, time.Second) {
		p.addAt(old[0], new[0], difference{
			rule: OperationSlower, where: "header.Date", old: "up to " + bound(was), new: "more than " + bound(is/10),
			message: "takes ten times as long",
		})
	}
}

// polled changes the first long-running operation that fits: the answers of its polls.
func (m *mutation) polled(fits func(answers []*exchange) bool, change func(answers []*exchange)) string {
	return m.once(func(op *operation, answers []*exchange) bool {
		return op.isOperation() && len(op.threads) == 1 && len(statesOf(answers)) > 0 && async.IsTerminal(async.StateOf(answers[len(answers)-1].answered.doc)) && fits(answers)
	}, change)
}

func always([]*exchange) bool { return true }

func setState(e *exchange, state string) {
	e.answered.doc.(map[string]any)["status"] = state
	e.write()
}

func reorderStates(m *mutation) string {
	return m.polled(func(answers []*exchange) bool { return len(statesOf(answers)) > 2 }, func(answers []*exchange) {
		states := statesOf(answers)
		for _, e := range answers {
			switch text(e.answered.doc, "status") {
			case states[0]:
				setState(e, states[1])
			case states[1]:
				setState(e, states[0])
			}
		}
	})
}
