// Package report is what a run reports: a Suite of cases with their findings,
// and renderers that turn a suite into text, JSON, JUnit XML or GitHub
// annotations. Every output is a function of the suite alone, in sorted order, so
// two equal runs print the same, durations aside. Values that came from a body
// are written so that they cannot steer a terminal or forge a line.
//
// A [Finding] is data: the id of a rule, where, what was wanted and what there was.
// [Finding.Sentence] and the renderers make words of it; nobody reads them again.
//
// It decides the exit status from severities. It runs nothing and reads nothing.
//
// A Suite is a plain value; renderers do not change it.
//
//	suite := report.Suite{Command: "replay", Cases: cases}
//	suite.Finish()
//	err := report.Render(os.Stdout, "text", &suite, report.Style{})
//	os.Exit(suite.ExitCode(report.Error))
//
// [Problems] describes the errors of graphvcr's packages: every one of several joined, with
// place and hint.
package report
