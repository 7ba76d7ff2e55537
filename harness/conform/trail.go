package conform

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Trail follows the long-running operations of a client from exchange to exchange:
// their state never goes back, and an end is an end (v1.0/resources/
// teamsasyncoperation, longrunningoperation). The zero value has seen nothing.
type Trail struct{ states map[string]string }

// Check judges an exchange as a Checker does, and its place in the trail.
func (t *Trail) Check(c *Checker, e Exchange) (Result, error) {
	result, err := c.Check(e)
	if err != nil || !async.IsOperationType(result.Type) || e.Status >= 300 || !strings.EqualFold(e.Method, "GET") {
		return result, err
	}
	state := async.StateOf(e.Answer.Doc)
	address, _, _ := strings.Cut(e.URL, "?")
	before, seen := t.states[address]
	if t.states == nil {
		t.states = map[string]string{}
	}
	t.states[address] = state
	if seen && async.GoesBack(before, state) {
		want := "no state before " + before
		if async.IsTerminal(before) {
			want = before + ", which is an end"
		}
		result.Problems = append(result.Problems, Problem{Rule: RuleAnswerOrder, Severity: report.Error, Where: "$['status']", Want: want, Got: state})
	}
	return result, nil
}
