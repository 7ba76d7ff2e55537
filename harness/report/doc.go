// Package report is what a run has to tell: a Suite of cases with their findings,
// and renderers that turn a suite into text, JSON, JUnit XML or GitHub
// annotations. Every output is a function of the suite alone, in sorted order, so
// two equal runs print the same.
//
// It decides the exit status from severities. It runs nothing and reads nothing.
//
// A Suite is a plain value; renderers do not change it.
package report
