// Package project knows where a project's cassettes, schemas, scenarios and rules lie, finds
// them by path or name, and loads them. What is done with them is the business of packages
// replay, record, judge and the others to which a [Project] is given.
//
// Names that users give are resolved inside their folder and cannot leave it. A cassette is
// loaded once for all who use it at a time. What fails of many files costs its file ([Each]).
//
//	p, err := project.Open(project.Dirs{})
//	files, err := p.Files("teams")
//	sc, err := p.Scenario(files[0])
//	c, err := p.Cassette(sc.Cassette)
//
// A Project is safe for concurrent use.
package project
