package conform

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/report"
)

// Trail follows the long-running operations of a client from exchange to exchange:
// their state never goes back, and an end is an end (v1.0/resources/
// teamsasyncoperation, longrunningoperation). The zero value has seen nothing.
type Trail struct{ states map[string]string }

// Check judges an exchange as a Checker does, and its place in the trail.
func (t *Trail) Check(c *Checker, e Exchange) (Result, error) {
	result, err := c.Check(e)
	if err != nil || !isOperation(result.Type) || e.Status >= 300 || !strings.EqualFold(e.Method, "GET") {
		return result, err
	}
	body, _ := e.Answer.Doc.(map[string]any)
	state, _ := body["status"].(string)
	address, _, _ := strings.Cut(e.URL, "?")
	before, seen := t.states[address]
	if t.states == nil {
		t.states = map[string]string{}
	}
	t.states[address] = state
	if seen && backwards(before, state) {
		want := "no state before " + before
		if r, _ := Rank(before); r == ended {
			want = before + ", which is an end"
		}
		result.Problems = append(result.Problems, Problem{Rule: RuleAnswerOrder, Severity: report.Error, Where: "$['status']", Want: want, Got: state})
	}
	return result, nil
}

// isOperation tells the types of operations by their names: teamsAsyncOperation,
// richLongRunningOperation, workbookOperation.
func isOperation(typ string) bool {
	return strings.HasPrefix(typ, "microsoft.graph.") && strings.HasSuffix(typ, "Operation")
}

// backwards reports whether an operation cannot get from a state to another.
func backwards(before, after string) bool {
	from, known := Rank(before)
	to, alsoKnown := Rank(after)
	return known && alsoKnown && (to < from || from == ended && !strings.EqualFold(before, after))
}

const ended = 2

// Rank orders the states of long-running operations: 0 not begun, 1 under way, 2 ended.
// Letter case is not looked at, as documentation and metadata disagree on it for workbook
// operations. (v1.0/resources/teamsasyncoperation, longrunningoperation;
// concepts/long-running-actions-overview)
func Rank(state string) (r int, known bool) {
	switch strings.ToLower(state) {
	case "notstarted":
		return 0, true
	case "inprogress", "running":
		return 1, true
	case "succeeded", "completed", "failed":
		return ended, true
	}
	return 0, false
}
