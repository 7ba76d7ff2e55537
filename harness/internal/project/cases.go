package project

import "github.com/graphvcr/graphvcr/harness/report"

// The rules of files that do not load.
const (
	RuleCassetteLoad report.Rule = "cassette.load"
	RuleScenarioLoad report.Rule = "scenario.load"
)

// Each does the same work on each of many files. One that fails is a case that could not be
// run, beside those of the others.
func Each(rule report.Rule, files []string, work func(file string) (report.Case, error)) []report.Case {
	cases := make([]report.Case, len(files))
	for n, file := range files {
		var err error
		if cases[n], err = work(file); err != nil {
			cases[n] = CouldNotRun(file, file, rule, err)
		}
	}
	return cases
}

// CouldNotRun is a case of something that could not be done.
func CouldNotRun(name, file string, rule report.Rule, err error) report.Case {
	return report.Case{Name: name, File: file, Status: report.Errored, Findings: Findings(rule, file, err)}
}

// NotFound are cases for paths at which there is nothing, one for each of several joined
// errors; none for nil.
func NotFound(rule report.Rule, err error) []report.Case {
	var cases []report.Case
	for _, p := range report.Problems(err) {
		cases = append(cases, report.Case{
			Name: p.Err.Error(), Status: report.Errored,
			Findings: []report.Finding{{Rule: rule, Severity: report.Error, Message: p.Err.Error(), Hint: p.Hint}},
		})
	}
	return cases
}

// Findings are those of an error, one for each of several joined errors. The file is the
// case's, and stands where the error names none of its own.
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
