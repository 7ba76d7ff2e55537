package runner

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/report"
)

// halt ends a step before its end.
type halt struct {
	finding finding
	errored bool // something could not be done, as opposed to: turned out wrong
	fatal   bool // no other step can be run either
}

// couldNot is a halt that makes the case an error. Line 0 is the step's own.
func couldNot(rule report.Rule, line int, message string, args ...any) *halt {
	return &halt{
		finding: finding{Finding: report.Finding{
			Rule:     rule,
			Severity: report.Error,
			Place:    report.Place{Line: line},
			Message:  fmt.Sprintf(message, args...),
		}},
		errored: true,
	}
}

// at puts the answer's place in the cassette to the finding.
func (h *halt) at(a *answer, path string) *halt {
	h.finding.Interaction, h.finding.Cassette = a.source().id(), a.source().place(path)
	return h
}
