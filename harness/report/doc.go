// Package report is what a run reports: a Suite of cases with their findings. Package render
// writes a suite as text, JSON, JUnit XML, GitHub annotations, Markdown or a page.
//
// A Finding is data: the id of a rule, where, what was wanted and what there was.
// [Finding.Sentence] and the renderers make words of it; nobody reads them again.
//
// It decides the exit status from severities. It runs nothing and reads nothing. A Suite is a
// plain value.
//
//	suite := report.Suite{Command: "replay", Cases: cases}
//	suite.Finish()
//	err := render.Suite(os.Stdout, "text", &suite, render.Style{})
//	os.Exit(suite.ExitCode(report.Error))
//
// Problems describes the errors of graphvcr's packages: every one of several joined, with
// place and hint.
package report
