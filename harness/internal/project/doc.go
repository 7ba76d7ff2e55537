// Package project knows where a project's cassettes, schemas, scenarios and rules
// lie, finds scenarios by path or pattern, and replays them: it loads what a
// scenario needs, hands it to the runner and gathers the findings into a suite. It
// also records them, live, through whatever carries the caller's requests, recovers what an
// interrupted recording left, and redacts and tidies cassettes.
//
// The command and the Go facade are both thin users of it, so both run the same
// files the same way. Names that users give are resolved inside their folder and
// cannot leave it. The outcome of a replay does not depend on how many scenarios
// run at a time.
//
// It judges nothing itself but what a replay leaves over and how old a recording is: an
// interaction that no scenario of its cassette asks for is a warning, and so is a cassette
// that has expired, which under CI=true is an error.
//
// What it tells of a recording (Case, Notes) is redacted as the cassette is.
//
//	p, err := project.Open(project.Dirs{})
//	suite, err := p.Replay(ctx, project.Selection{Paths: []string{"teams"}})
//	os.Exit(suite.ExitCode(report.Error))
//
// A Project is safe for concurrent use.
package project
