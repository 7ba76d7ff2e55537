package diff

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

func changeErrorCode(m *mutation) string {
	for op, answers := range m.operations {
		changed := false
		for _, e := range answers {
			if fault, _ := e.member("error").(map[string]any); e.errorCode() != "" {
				fault["code"], changed = "Error"+e.errorCode(), true
				e.write()
			}
		}
		if changed {
			return op.name
		}
	}
	return ""
}

// first is the first operation that fits, for changes of more than its bodies.
func (m *mutation) first(fits func(op *operation, answers []*exchange) bool) (*operation, []*exchange) {
	for op, answers := range m.operations {
		if fits(op, answers) {
			return op, answers
		}
	}
	return nil, nil
}

func isGoodRead(_ *operation, answers []*exchange) bool {
	return answers[0].isRead() && !slices.ContainsFunc(answers, isFailure) && answers[0].answered.kind == "JSON"
}

// graphError is a failure as Graph spells it.
func graphError(code string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":"changed by graphvcr"}}`, code)
}

func changeStatus(m *mutation) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Code, e.at.Response.Status = http.StatusBadRequest, "400 Bad Request"
		e.at.Response.Body = graphError("BadRequest")
	}
	return op.name
}

func changeContentType(m *mutation) string { return m.setHeader("Content-Type", "text/plain") }

func addHeader(m *mutation) string { return m.setHeader("Deprecation", "@1767225600") }

// setHeader sets a header of the first read that succeeds.
func (m *mutation) setHeader(name, value string) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Headers.Set(name, value)
	}
	return op.name + ": " + name
}

func loseHeader(m *mutation) string {
	for _, name := range contractHeaders {
		op, answers := m.first(func(op *operation, answers []*exchange) bool {
			return !slices.ContainsFunc(answers, func(e *exchange) bool { return e.header.Get(name) == "" })
		})
		if op == nil {
			continue
		}
		for _, e := range answers {
			e.at.Response.Headers.Del(name)
		}
		return op.name + ": " + name
	}
	return ""
}

func slowDown(m *mutation) string {
	op, answers := m.first(func(_ *operation, answers []*exchange) bool {
		return !slices.ContainsFunc(answers, func(e *exchange) bool { return e.at.Response.Duration <= 0 })
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		e.at.Response.Duration = max(10*e.at.Response.Duration, 6*time.Second)
	}
	return op.name
}

// insert puts a copy of an exchange before it, with another answer.
func (m *mutation) insert(e *exchange, times, code int, body string) {
	at := slices.Index(m.tape.Interactions, e.at)
	for range times {
		failed := *e.at
		failed.Response.Headers = http.Header{"Content-Type": {"application/json"}, "Date": e.at.Response.Headers["Date"]}
		failed.Response.Code, failed.Response.Status = code, fmt.Sprintf("%d %s", code, http.StatusText(code))
		failed.Response.Body, failed.Response.ContentLength = body, int64(len(body))
		m.tape.Interactions = slices.Insert(m.tape.Interactions, at, &failed)
	}
}

func widenWindow(m *mutation) string {
	op, answers := m.first(func(op *operation, answers []*exchange) bool {
		first := op.threads[0].phases[0]
		return isGoodRead(op, []*exchange{first.answers[len(first.answers)-1]}) && first.writes > 0 && len(answers[0].url.Segments) > 1
	})
	if op == nil {
		return "" // nothing was created
	}
	missing := 2
	for _, e := range op.threads[0].phases[0].answers {
		if e.status == http.StatusNotFound {
			missing += 2
		}
	}
	m.insert(answers[0], missing, http.StatusNotFound, graphError("ResourceNotFound"))
	return op.name
}

func failFirst(m *mutation) string {
	op, answers := m.first(isGoodRead)
	if op == nil {
		return ""
	}
	m.insert(answers[0], 1, http.StatusForbidden, graphError("Forbidden"))
	return op.name
}

func emptyCollection(m *mutation) string {
	op, answers := m.first(func(_ *operation, answers []*exchange) bool {
		return len(list(answers[0].answered.doc, "value")) > 0 && !answers[0].hasNext() && answers[0].isRead()
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		if root, _ := e.answered.doc.(map[string]any); len(list(root, "value")) > 0 {
			root["value"] = []any{}
			e.write()
		}
	}
	return op.name
}

func changeFlow(m *mutation) string {
	op, answers := m.first(func(op *operation, answers []*exchange) bool {
		return op.follows == "" && isGoodRead(op, answers) && op != m.is.order[0] && !slices.ContainsFunc(m.is.order, func(other *operation) bool {
			return other.follows != "" && strings.HasSuffix(other.key, " of "+op.key)
		})
	})
	if op == nil {
		return ""
	}
	for _, e := range answers {
		m.remove(e)
	}
	return op.name
}

func (m *mutation) remove(e *exchange) {
	m.tape.Interactions = slices.DeleteFunc(m.tape.Interactions, func(i *cassette.Interaction) bool { return i == e.at })
}

func changeRequest(m *mutation, change func(asked map[string]any) string) string {
	for op, answers := range m.operations {
		name := ""
		for _, e := range answers {
			if asked, isObject := e.asked.(map[string]any); isObject && !isFailure(e) {
				name = change(asked)
				e.write()
			}
		}
		if name != "" {
			return op.name + ": " + name
		}
	}
	return ""
}

func addToRequest(m *mutation) string {
	return changeRequest(m, func(asked map[string]any) string {
		asked["isNeededNow"] = true
		return "isNeededNow"
	})
}

func loseFromRequest(m *mutation) string {
	return changeRequest(m, func(asked map[string]any) string {
		for _, name := range slices.Sorted(maps.Keys(asked)) {
			delete(asked, name)
			return name
		}
		return ""
	})
}
