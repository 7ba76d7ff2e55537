// Package record makes cassettes of exchanges with a live service: of a scenario
// ([Scenario]), of one that is to be compared with its cassette ([ScenarioAside]), of whatever a
// client sends ([Start]), and of what an interrupted recording left ([Recover]).
//
// A cassette is replaced only by a whole recording in which nothing leaks, and a scenario's is
// then replayed, to see that it does. An interrupted recording leaves its journal. How the
// service is reached, and by whose token, is the caller's ([Live]). What is reported of a
// recording is redacted as the cassette is.
//
//	result, err := record.Scenario(ctx, p, sc, live, record.Options{})
//
// A Recording is safe for concurrent use until it ends.
package record
