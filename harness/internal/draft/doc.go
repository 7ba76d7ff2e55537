// Package draft writes a scenario from a recording: the file that a person then
// edits, not one that says all there is to say.
//
// It follows values from answers into later requests and captures them, so that
// the scenario can also be run live; it makes one step of a poll and of a list's
// pages; and it expects the status, the formats that it recognises, the state that
// a poll ended in and an error's code. A draft passes against the recording that it
// was made from, once its variables are stored there.
//
// A draft can go live again: where a request holds a pseudonym that no answer gave, it has a
// variable that reads the environment ({env.GRAPH_USER}), and the cassette keeps the
// pseudonym for replay. What it made and deleted at its end is deleted under cleanup.
//
//	drafted, err := draft.Scenario(recorded)
//	if drafted.Keep(recorded) { // save the cassette again }
//
// It does not know what the recording was for, and expects no value that a second
// recording might not have.
//
// All functions are safe for concurrent use.
package draft
