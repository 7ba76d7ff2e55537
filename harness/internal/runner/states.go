package runner

import (
	"encoding/json"
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// states watches an operation from poll to poll. Each kind of misconduct is reported
// once.
type states struct {
	last     map[string]any // the latest value of each property watched
	reported map[string]bool
}

func (st *states) observe(doc any, line int) []finding {
	body, _ := doc.(map[string]any)
	if st.last == nil {
		st.last, st.reported = map[string]any{}, map[string]bool{}
	}
	var found []finding
	for _, rule := range stateRules {
		now, ok := body[rule.property]
		if !ok {
			continue
		}
		before, seen := st.last[rule.property]
		st.last[rule.property] = now
		if !seen || st.reported[rule.property] {
			continue
		}
		if fault := rule.broken(before, now); fault != "" {
			st.reported[rule.property] = true
			path := jsondoc.AppendPath(jsondoc.Root, rule.property)
			was, is := value(jsonText(before)), value(jsonText(now))
			f := inBody(path).failed(rule.id, line, rule.want+" "+was, is)
			f.Is = fmt.Sprintf("went from %s to %s: %s", was, is, fault)
			found = append(found, f)
		}
	}
	return found
}

// stateRules is how the properties of an operation may change between polls.
var stateRules = []struct {
	property string
	id       report.Rule
	want     string
	broken   func(before, now any) string
}{
	{"status", rulePollOrder, "a state after", stateFault},
	{"attemptsCount", rulePollOrder, "at least", attemptsFault},
	{"lastActionDateTime", rulePollOrder, "not before", actionFault},
	{"id", rulePollConstant, "still", constantFault},
	{"operationType", rulePollConstant, "still", constantFault},
	{"createdDateTime", rulePollConstant, "still", createdFault},
}

func stateFault(before, now any) string {
	was, _ := before.(string)
	is, _ := now.(string)
	switch {
	case !async.GoesBack(was, is):
	case async.IsTerminal(was):
		return "a terminal state never changes"
	default:
		return "an operation never goes back"
	}
	return ""
}

func attemptsFault(before, now any) string {
	was, okWas := numberOf(before)
	is, okIs := numberOf(now)
	if okWas && okIs && is.compare(was) < 0 {
		return "attempts never become fewer"
	}
	return ""
}

func numberOf(value any) (decimal, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return decimal{}, false
	}
	return parseDecimal(n.String())
}

func actionFault(before, now any) string {
	was, is, ok := instantsOf(before, now)
	if ok && is.compareShared(was) < 0 {
		return "the last action never becomes an earlier one"
	}
	return ""
}

func createdFault(before, now any) string {
	was, is, ok := instantsOf(before, now)
	if ok && is.compareShared(was) == 0 {
		return ""
	}
	return constantFault(before, now)
}

func instantsOf(before, now any) (was, is instant, ok bool) {
	was, errWas := parseInstant(plainText(before))
	is, errIs := parseInstant(plainText(now))
	return was, is, errWas == nil && errIs == nil
}

func constantFault(before, now any) string {
	if len(jsondoc.Diff(before, now, 1)) == 0 {
		return ""
	}
	return "it is constant across polls"
}
