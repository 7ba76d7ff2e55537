// Package runner executes a scenario through http.RoundTrippers and reports what it found.
//
// It promises that every failed expectation is a finding which names the
// scenario's file and line, the step, the JSON path, what was wanted and what was
// got, and, on replay, the cassette's file and line; that polling follows the
// operation's state machine (never backwards, never out of a terminal state,
// only declared states); that cleanup runs whatever happened; and that waiting is the caller's: on replay
// nothing sleeps.
//
// It knows neither files nor cassettes: package project wires those.
//
// Run is safe for concurrent use with different scenarios.
package runner
