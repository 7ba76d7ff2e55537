package project

import "github.com/graphvcr/graphvcr/harness/report"

// Findings tells an error as findings of a case, one for each of several joined
// errors. file is the case's and stands where the error names no file of its own.
func Findings(rule report.Rule, file string, err error) []report.Finding {
	var all []report.Finding
	for _, p := range report.Problems(err) {
		if p.Place.File == "" {
			p.Place.File = file
		}
		all = append(all, report.Finding{
			Rule: rule, Severity: report.Error, Place: p.Place, Cassette: p.Cassette, Interaction: p.Interaction,
			Message: p.Message, Hint: p.Hint,
		})
	}
	return all
}
