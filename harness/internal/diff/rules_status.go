package diff

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of the status that a request is answered with, and when.
const (
	StatusChanged     ID = "status.changed"
	StatusTransient   ID = "status.transient"
	ConsistencyWindow ID = "consistency.window"
	LatencyClass      ID = "latency.class"
)

var statusRules = []Rule{
	{StatusChanged, report.Error, false, "a request is answered with another status code", func(m *mutation) string {
		return m.once(isGoodRead, func(answers []*exchange) {
			for _, e := range answers {
				e.at.Response.Code, e.at.Response.Status = http.StatusBadRequest, "400 Bad Request"
				e.at.Response.Body = graphError("BadRequest")
			}
		})
	}},
	{StatusTransient, report.Warning, false, "a request fails before it succeeds", func(m *mutation) string {
		return m.once(isGoodRead, func(answers []*exchange) {
			m.insert(answers[0], 1, http.StatusForbidden, graphError("Forbidden"))
		})
	}},
	{ConsistencyWindow, report.Warning, true, "a created resource answers 404 for longer than before", widenWindow},
	{LatencyClass, report.Note, true, "answers take ten times as long", func(m *mutation) string {
		return m.once(func(_ *operation, answers []*exchange) bool {
			return !slices.ContainsFunc(answers, func(e *exchange) bool { return e.at.Response.Duration <= 0 })
		}, func(answers []*exchange) {
			for _, e := range answers {
				e.at.Response.Duration = max(10*e.at.Response.Duration, 6*time.Second)
			}
		})
	}},
}

func status(e *exchange) string {
	s := strconv.Itoa(e.status)
	if code := e.errorCode(); code != "" {
		return s + " " + code
	}
	return s
}

func (e *exchange) errorCode() string { return e.as.masked(text(e.member("error"), "code")) }

// window compares what came before the final answer. A created resource that is not there
// yet is waited for, and how often is chance: twice as often, and twice at least, is not.
func (p pair) window(old, new []*exchange) {
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
		p.transient(old[len(old)-1], failed)
	}
	if is >= 2*was && is-was >= 2 {
		p.addAt(old[len(old)-1], new[0], difference{
			rule: ConsistencyWindow, where: "status",
			old: "404 " + strconv.Itoa(was) + " times", new: "404 " + strconv.Itoa(is) + " times",
			message: "is not found " + strconv.Itoa(is) + " times before it is, was " + strconv.Itoa(was),
		})
	}
}

func (p pair) transient(was, failed *exchange) {
	p.addAt(was, failed, difference{
		rule: StatusTransient, where: "status", old: status(was), new: status(failed) + ", then " + status(was),
		message: "fails with " + status(failed) + " before it succeeds",
	})
}

// latency compares how long single answers took. Below seconds, networks decide.
func (p pair) latency(was, is *exchange) {
	a, b := was.at.Response.Duration, is.at.Response.Duration
	if b >= 5*time.Second && a > 0 && b >= 10*a {
		p.addAt(was, is, difference{
			rule: LatencyClass, where: "duration", old: "up to " + bound(a), new: "more than " + bound(b/10),
			message: "takes ten times as long",
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

func widenWindow(m *mutation) string {
	return m.once(func(op *operation, answers []*exchange) bool { // that asks for what was created
		first := op.threads[0].phases[0]
		return isGoodRead(op, []*exchange{first.answers[len(first.answers)-1]}) && first.writes > 0 && len(answers[0].url.Segments) > 1
	}, func(answers []*exchange) {
		missing := 2
		for _, e := range answers[0].operation.threads[0].phases[0].answers {
			if e.status == http.StatusNotFound {
				missing += 2
			}
		}
		m.insert(answers[0], missing, http.StatusNotFound, graphError("ResourceNotFound"))
	})
}
