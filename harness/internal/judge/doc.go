// Package judge compares what cassettes hold with what a project's schemas and the index of
// its paths say: a recording as a whole ([Cassette]), one answer for a comparison
// ([Violations], [Texts]), and the examples of documentation with the types that their pages
// name ([Pages]).
//
// Package conform judges an exchange; this package makes findings of what it says, each once.
// It reads no files but the project's schemas, and changes nothing.
//
//	findings, err := judge.Cassette(p.Answers, c, c.File)
//
// All functions, and Pages, are safe for concurrent use.
package judge
