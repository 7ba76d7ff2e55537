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
		if !rule.broken(before, now) {
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
