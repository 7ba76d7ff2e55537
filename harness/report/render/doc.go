// Package render writes the suites of package report as text, JSON, JUnit XML, GitHub
// annotations, Markdown or a page of HTML, and reads JSON back.
//
// Every output is a function of the suite alone, in sorted order, so two equal runs print the
// same, durations aside. Values that came from a body are written so that they cannot steer a
// terminal or forge a line. Suites are not changed.
//
//	suite.Finish()
//	err := render.Suite(os.Stdout, "text", suite, render.Style{Width: 80})
package render
