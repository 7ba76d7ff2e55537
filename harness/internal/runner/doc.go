// Package runner executes a scenario through http.RoundTrippers and reports what it found.
//
// It promises that every failed expectation is a finding which names the
// scenario's file and line, the step, the JSON path, what was wanted and what was
// got, and, on replay, the cassette's file and line; that polling follows the
// operation's state machine (never backwards, never out of a terminal state,
// only declared states); that cleanup runs whatever happened; and that waiting is
// the caller's: on replay nothing sleeps.
//
// Rules of its findings: expect.KEYWORD (an expectation of status, headers or
// body), schema.KEYWORD, poll.failed, poll.order, poll.constant, poll.status,
// poll.timeout, follow.link, follow.loop, follow.total, parts.id, replay.miss,
// replay.order, run.skipped, answer.WHAT and request.WHAT (package conform), and run.WHAT
// for what could not be done at all, which makes the case an error: env, variable, request,
// body, schema, capture, identity, transport, cancelled.
//
// A step that expects no status, nor anything of the body, wants one below 400.
// A step whose variables were never captured is not run, and that is reported once.
// In cleanup failures are warnings, and 404 is fine unless a status is expected.
//
// It knows neither files nor cassettes: packages replay and record wire those. It adds no
// tokens either; the transport of an identity does, and asks IsWithoutAuth first.
//
// Run is safe for concurrent use, with the same scenario too:
//
//	result := runner.Run(ctx, sc, runner.Options{
//		Transport: func(identity string) http.RoundTripper { return replayer },
//		Answers:   conform.New(schemas),
//	})
package runner
