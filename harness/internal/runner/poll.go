package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// maxPolls bounds a poll that has no timeout or waits for nothing.
const maxPolls = 1200

// poll repeats the step's request until the operation has ended, and judges the
// final answer.
func (s *stepRun) poll(ctx context.Context) (*answer, *halt) {
	p := &poller{stepRun: s, began: time.Now(), states: states{map[string]any{}, map[string]bool{}}}
	before := len(s.found)
	final, h := p.final(ctx)
	if h == nil {
		h = s.judge(final)
	}
	s.add(unseen(p.onTheWay, s.found[before:])...)
	return final, h
}

func (p *poller) final(ctx context.Context) (*answer, *halt) {
	for range maxPolls {
		a, h := exchanger{p.stepRun}.send(ctx)
		if h != nil {
			return nil, h
		}
		if done, h := p.look(a); h != nil || done {
			return a, h
		}
		if h := p.pause(ctx, a); h != nil {
			return nil, h
		}
	}
	return nil, p.ended(rulePollTimeout, nil, "not as awaited after %d polls", maxPolls)
}

// poller is what a poll remembers from one answer to the next.
type poller struct {
	*stepRun
	began    time.Time
	waited   time.Duration
	states   states
	onTheWay []finding // of answers that were not the final one
}

func (p *poller) look(a *answer) (done bool, h *halt) {
	poll := p.step.Poll
	if a.isJSON && a.status < 300 {
		p.report(a, p.states.observe(a.doc, poll.Line)...)
	}
	failed, h := p.holds(poll.Fail, a)
	if h != nil {
		return false, h
	}
	if failed {
		return false, p.operationFailed(a)
	}
	if done, h = p.holds(poll.Until, a); h != nil || done {
		return done, h
	}
	if !p.notYet(a) {
		return p.unexpected(a)
	}
	if async.IsFailed(async.StateOf(a.doc)) {
		return false, p.operationFailed(a)
	}
	return false, p.validate(a)
}

// notYet: an answer that says when to come back means it (concepts/throttling). A redirect
// that is not followed is none of it: some monitors end with one
// (concepts/long-running-actions-overview).
func (p *poller) notYet(a *answer) bool {
	return a.status < 300 || protocol.IsThrottled(a.status) && a.header.Get("Retry-After") != "" || slices.Contains(p.step.Poll.Allow, a.status)
}

// unexpected ends the poll with an answer that is no state of an operation. It is
// final if the step expects its very status.
func (p *poller) unexpected(a *answer) (bool, *halt) {
	if slices.Contains(p.step.Expect.Status, a.status) {
		return true, nil
	}
	status := a.view().describeStatus()
	h := p.ended(rulePollStatus, a, "a poll was answered with status %s, which is neither expected nor allowed", status)
	h.finding.Where, h.finding.Got = "status", status
	h.finding.Want = "below 300"
	for _, allowed := range p.step.Poll.Allow {
		h.finding.Want += " or " + strconv.Itoa(allowed)
	}
	return false, h.at(a, "")
}

// operationFailed ends the poll with an operation that failed. Its answer has to be what
// its schema says all the same.
func (p *poller) operationFailed(a *answer) *halt {
	if h := p.validate(a); h != nil {
		return h
	}
	state := async.StateOf(a.doc)
	h := p.ended(rulePollFailed, a, "the operation ended as %s", state)
	if state == "" {
		h.finding.Message = "the operation failed"
	}
	p.compare(h, a)
	if code := errorCode(a.doc); code != "" {
		h.finding.Message += ", error " + code
	}
	return h
}

// compare says which state there is and what until waited for.
func (p *poller) compare(h *halt, a *answer) {
	h.finding.Where = "$['status']"
	if state := async.StateOf(a.doc); state != "" {
		h.finding.Got = value(jsonText(state))
	}
	if len(p.step.Poll.Until) > 0 {
		until := p.step.Poll.Until[0]
		h.finding.Where, h.finding.Want = until.Where.String(), p.newChecker(a.view()).wanted(&until.Matcher)
	}
}

func (p *poller) ended(rule report.Rule, a *answer, message string, args ...any) *halt {
	h := &halt{finding: place{}.failed(rule, p.step.Poll.Line, "", "")}
	h.finding.Message = fmt.Sprintf(message, args...)
	if a != nil {
		h.at(a, "$['status']")
	}
	return h
}

// holds reports whether all checks hold; no checks do not.
func (p *poller) holds(checks []scenario.Check, a *answer) (bool, *halt) {
	if len(checks) == 0 || !a.isJSON {
		return false, nil
	}
	c := p.newChecker(a.view())
	found := c.checks(checks, a.doc, a.view().bodyPlace())
	return len(found) == 0, c.fault
}

// validate checks an answer on the way against the schema, and so its state
// against the declared ones.
func (p *poller) validate(a *answer) *halt {
	c := p.newChecker(a.view()) // only to learn what the step names
	c.checks(p.step.Poll.Until, a.doc, a.view().bodyPlace())
	c.checks(p.step.Expect.Body, a.doc, a.view().bodyPlace())
	p.named = c.looked
	typ := p.step.Expect.Schema
	if !a.isJSON || a.status >= 300 {
		typ = ""
	}
	found, h := judge{p.stepRun}.conformity(a, typ)
	p.onTheWay = append(p.onTheWay, found...)
	return h
}

// pause waits as long as the scenario and the service ask for, whichever is
// longer. Where nobody waits, or a clock is not to be trusted, the timeout counts
// the waits.
func (p *poller) pause(ctx context.Context, a *answer) *halt {
	wait := max(p.step.Poll.Every, retryAfter(a.header.Get("Retry-After"), time.Now()))
	spent := p.waited
	if p.opts.Wait != nil {
		spent = max(spent, time.Since(p.began))
	}
	if limit := p.step.Poll.Timeout; limit > 0 && spent+wait > limit {
		h := p.ended(rulePollTimeout, a, "not as awaited after %v of polling; the timeout is %v", spent, limit)
		p.compare(h, a)
		return h
	}
	p.waited += wait
	if p.opts.Wait == nil {
		return nil
	}
	if err := p.opts.Wait(ctx, wait); err != nil {
		h := couldNot(ruleRunCancelled, p.step.Poll.Line, "wait %v between polls: %v", wait, err)
		h.fatal = true
		return h
	}
	return nil
}

// retryAfter reads seconds, also with a fraction (v1.0 docs show 2.128), or an
// HTTP date. What it cannot read asks for nothing.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if d, err := time.ParseDuration(value + "s"); err == nil {
		return max(d, 0)
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

// unseen returns one of the findings for each place and rule that is not reported yet.
func unseen(set, reported []finding) []finding {
	seen := map[[3]string]bool{}
	isNew := func(f finding) bool {
		kind := [...]string{string(f.Rule), f.Where, f.Got}
		before := seen[kind]
		seen[kind] = true
		return !before
	}
	for _, f := range reported {
		isNew(f)
	}
	return slices.DeleteFunc(set, func(f finding) bool { return !isNew(f) })
}

// states watches an operation from poll to poll. Each kind of misconduct is reported
// once.
type states struct {
	last     map[string]any // the latest value of each property watched
	reported map[string]bool
}

func (st *states) observe(doc any, line int) []finding {
	body, _ := doc.(map[string]any)
	var found []finding
	for _, rule := range stateRules {
		now, ok := body[rule.property]
		if !ok {
			continue
		}
		before, seen := st.last[rule.property]
		st.last[rule.property] = now
		if !seen || st.reported[rule.property] || !rule.broken(before, now) {
			continue
		}
		fault := rule.fault
		if rule.property == "status" && async.IsTerminal(plainText(before)) {
			fault = "a terminal state never changes"
		}
		st.reported[rule.property] = true
		path := jsondoc.AppendPath(jsondoc.Root, rule.property)
		was, is := value(jsonText(before)), value(jsonText(now))
		f := inBody(path).failed(rule.id, line, rule.want+" "+was, is)
		f.Is = fmt.Sprintf("went from %s to %s: %s", was, is, fault)
		found = append(found, f)
	}
	return found
}

const isConstant = "it is constant across polls"

// stateRules is how the properties of an operation may change between polls.
var stateRules = []struct {
	property string
	id       report.Rule
	want     string
	fault    string
	broken   func(before, now any) bool
}{
	{"status", rulePollOrder, "a state after", "an operation never goes back", func(before, now any) bool {
		was, _ := before.(string)
		is, _ := now.(string)
		return async.GoesBack(was, is)
	}},
	{"attemptsCount", rulePollOrder, "at least", "attempts never become fewer", func(before, now any) bool {
		was, okWas := numberOf(before)
		is, okIs := numberOf(now)
		return okWas && okIs && is.compare(was) < 0
	}},
	{"lastActionDateTime", rulePollOrder, "not before", "the last action never becomes an earlier one", func(before, now any) bool {
		order, ok := orderOf(before, now)
		return ok && order > 0
	}},
	{"id", rulePollConstant, "still", isConstant, differ},
	{"operationType", rulePollConstant, "still", isConstant, differ},
	{"createdDateTime", rulePollConstant, "still", isConstant, func(before, now any) bool {
		order, ok := orderOf(before, now)
		return differ(before, now) && !(ok && order == 0)
	}},
}

func differ(before, now any) bool { return len(jsondoc.Diff(before, now, 1)) > 0 }

func numberOf(value any) (decimal, bool) {
	n, _ := value.(json.Number)
	return parseDecimal(n.String())
}

// orderOf compares two instants at the precision that both have.
func orderOf(before, now any) (order int, ok bool) {
	was, errWas := parseInstant(plainText(before))
	is, errIs := parseInstant(plainText(now))
	return was.compareShared(is), errWas == nil && errIs == nil
}
