// Package replay answers from cassettes, and opens no connection: scenarios ([Run]), and the
// requests of any client ([Open]).
//
// What it reports beside what a scenario expects is what a replay leaves over and how old a
// recording is: an interaction that nothing asks for is a warning, and so is a cassette that
// has expired, which under CI=true is an error. The outcome of Run does not depend on how many
// scenarios run at a time.
//
//	suite, err := replay.Run(ctx, p, replay.Selection{Paths: []string{"teams"}})
//	os.Exit(suite.ExitCode(report.Error))
//
// A Playback is safe for concurrent use once the first request was sent.
package replay
