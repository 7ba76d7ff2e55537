package diff

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// addPaging splits the first list that came whole into two pages.
func addPaging(m *mutation) string {
	op, answers := m.first(func(op *operation, answers []*exchange) bool {
		return op.follows == "" && len(op.threads) == 1 && answers[0].isRead() && len(list(answers[0].answered.doc, "value")) > 0 && !answers[0].hasNext() &&
			text(answers[0].answered.doc, graph.DeltaLink) == ""
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		items := list(e.answered.doc, "value")
		if len(items) == 0 {
			continue
		}
		half := (len(items) + 1) / 2
		glue := "?"
		if strings.Contains(e.at.Request.URL, "?") {
			glue = "&"
		}
		next := e.at.Request.URL + glue + fmt.Sprintf("$skiptoken=page2at%d", e.at.ID)
		rest := map[string]any{"value": items[half:]}
		root := e.answered.doc.(map[string]any)
		if context := root["@odata.context"]; context != nil {
			rest["@odata.context"] = context
		}
		root["value"], root[graph.NextLink] = items[:half], next
		e.write()
		page := *e
		at := *e.at
		at.Request.URL, at.Request.RequestURI = next, ""
		page.at, page.answered.doc = &at, rest
		page.write()
		m.tape.Interactions = slices.Insert(m.tape.Interactions, slices.Index(m.tape.Interactions, e.at)+1, &at)
	}
	return op.name
}

// paged is the first answer that came in pages, all of them recorded.
func (m *mutation) paged() (*operation, *exchange) {
	op, answers := m.first(func(op *operation, answers []*exchange) bool {
		return len(op.threads) == 1 && len(op.threads[0].phases) == 1 && len(answers[0].pages) > 0 && len(op.threads[0].phases[0].answers) == 1
	})
	if op == nil {
		return nil, nil
	}
	return op, answers[0]
}

func removePaging(m *mutation) string {
	op, e := m.paged()
	if op == nil {
		return ""
	}
	root := e.answered.doc.(map[string]any)
	items := list(root, "value")
	for _, page := range e.pages {
		items = append(items, list(page.answered.doc, "value")...)
		if delta := page.member(graph.DeltaLink); delta != nil {
			root[graph.DeltaLink] = delta
		}
		m.remove(page)
	}
	root["value"] = items
	delete(root, graph.NextLink)
	e.write()
	return op.name
}

func resizePages(m *mutation) string {
	op, e := m.paged()
	if op == nil || len(list(e.answered.doc, "value")) < 2 {
		return ""
	}
	root, next := e.answered.doc.(map[string]any), e.pages[0].answered.doc.(map[string]any)
	items := list(root, "value")
	last := len(items) - 1
	root["value"], next["value"] = items[:last], append([]any{items[last]}, list(next, "value")...)
	e.write()
	e.pages[0].write()
	return op.name
}

// polled is the first long-running operation: the answers of its polls.
func (m *mutation) polled(fits func(answers []*exchange) bool) (*operation, []*exchange) {
	return m.first(func(op *operation, answers []*exchange) bool {
		return op.isOperation() && len(op.threads) == 1 && len(statesOf(answers)) > 0 && graph.IsTerminal(graph.StateOf(answers[len(answers)-1].answered.doc)) && fits(answers)
	})
}

func always([]*exchange) bool { return true }

func setState(e *exchange, state string) {
	e.answered.doc.(map[string]any)["status"] = state
	e.write()
}

func changeOutcome(m *mutation) string {
	op, answers := m.polled(always)
	if op == nil {
		return ""
	}
	state := graph.Failed
	if last := answers[len(answers)-1]; text(last.answered.doc, "status") == state {
		state = graph.Succeeded
	}
	setState(answers[len(answers)-1], state)
	return op.name
}

func neverEnd(m *mutation) string {
	op, answers := m.polled(always)
	if op == nil {
		return ""
	}
	setState(answers[len(answers)-1], graph.InProgress)
	return op.name
}

func renameState(m *mutation) string {
	op, answers := m.polled(func(answers []*exchange) bool { return len(statesOf(answers)) > 1 })
	if op == nil {
		return ""
	}
	for _, e := range answers[:len(answers)-1] {
		if state := text(e.answered.doc, "status"); state != "" {
			setState(e, "almost"+strings.ToUpper(state[:1])+state[1:])
		}
	}
	return op.name
}

func reorderStates(m *mutation) string {
	op, answers := m.polled(func(answers []*exchange) bool { return len(statesOf(answers)) > 2 })
	if op == nil {
		return ""
	}
	states := statesOf(answers)
	for _, e := range answers {
		switch text(e.answered.doc, "status") {
		case states[0]:
			setState(e, states[1])
		case states[1]:
			setState(e, states[0])
		}
	}
	return op.name
}

func slowOperation(m *mutation) string {
	op, answers := m.polled(func(answers []*exchange) bool { return len(answers) > 1 && !answers[0].answeredAt().IsZero() })
	if op == nil {
		return ""
	}
	last := answers[len(answers)-1]
	last.at.Response.Headers.Set("Date", last.answeredAt().Add(time.Hour).UTC().Format(http.TimeFormat))
	return op.name
}
