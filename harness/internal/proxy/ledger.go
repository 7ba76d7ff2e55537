package proxy

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/report"
)

// mostKeptFindings bounds the findings of sessions that are over: a server runs for long.
const mostKeptFindings = 1000

// A ledger keeps what sessions had to report.
type ledger struct {
	kept     []report.Case
	findings int
	more     map[report.Status]int // sessions with findings that are not kept
}

func (l *ledger) add(c report.Case) {
	suite := report.Suite{Cases: []report.Case{c}}
	suite.Finish()
	c = suite.Cases[0]
	if sum := suite.Summary(); sum.Errors+sum.Warnings == 0 && c.Status == report.Passed {
		return
	}
	if l.findings += len(c.Findings); l.findings > mostKeptFindings {
		if l.more == nil {
			l.more = map[report.Status]int{}
		}
		l.more[c.Status]++
		return
	}
	l.kept = append(l.kept, c)
}

// ruleMore is the rule of sessions whose reports only those have who ended them.
const ruleMore report.Rule = "serve.more"

// cases are what is kept, and one more for the rest.
func (l *ledger) cases() []report.Case {
	all := l.kept
	for _, status := range []report.Status{report.Failed, report.Errored} {
		if n := l.more[status]; n > 0 {
			all = append(all, report.Case{Name: fmt.Sprintf("%d more sessions", n), Status: status, Findings: []report.Finding{{
				Rule: ruleMore, Severity: report.Error, Message: "their findings were in the reports that ended them and are not kept",
			}}})
		}
	}
	return all
}
