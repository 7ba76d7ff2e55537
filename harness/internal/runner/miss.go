package runner

import (
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// MissFinding is a miss as a finding.
func MissFinding(miss *match.MissError) report.Finding {
	f := report.Finding{
		Rule: RuleMiss, Severity: report.Error, Message: miss.Summary(), Details: miss.Details(), Hint: miss.NextStep,
	}
	f.Missed = display.Missed(miss)
	if len(miss.Nearest) == 0 {
		return f
	}
	nearest := miss.Nearest[0]
	f.Cassette = report.Place{File: nearest.Cassette.File, Line: nearest.Interaction.Line}
	if len(nearest.Differences) > 0 {
		d := nearest.Differences[0]
		f.Where, f.Want, f.Got = d.Field, d.Recorded, d.Received
	}
	return f
}

// missed ends a step whose request had no answer.
func missed(miss *match.MissError) *halt {
	f := finding{Finding: MissFinding(miss)}
	if f.Want != "" || f.Got != "" {
		f.want, f.got = value(f.Want), value(f.Got)
	}
	return &halt{finding: f}
}
