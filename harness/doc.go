// Package harness is the way into graphvcr for Go tests: it replays, and
// records, Microsoft Graph exchanges inside go test.
//
// [Open] gives any client of net/http a cassette:
//
//	func TestUsers(t *testing.T) {
//		s := harness.Open(t) // cassettes/TestUsers.yaml, or harness.Open(t, "users/list")
//		resp, err := s.Client().Get("https://graph.microsoft.com/v1.0/users")
//		...
//	}
//
// GRAPHVCR_MODE says what becomes of its requests:
//
//	replay  answered from the cassette, the default
//	record  sent to the service; the cassette is replaced if the test passes
//	once    replayed if there is a cassette, else recorded
//	spy     answered from the cassette, and what it lacks is recorded and added
//	live    sent to the service; nothing is recorded
//
// [Once] and [Spy] say so in the test, for when the variable says nothing. Under CI=true
// nothing is recorded unless GRAPHVCR_RECORD_IN_CI is 1.
//
// A request without a recorded answer is a miss: it is answered by 501 with an error in
// Graph's form, as from graphvcr serve and exec, which no SDK and no retrying client sends
// again, and it fails the test at the line that opened the session, once, however the client
// swallows it. Answers from a cassette have the header Graphvcr-Replay. Sign-in hosts are
// stood in for on replay, so that a client which signs in by the session's client needs no
// credential; while recording, sign-in passes unrecorded.
//
// [RunScenarios] runs scenario files, the same ones that the command graphvcr
// replay runs, as subtests:
//
//	func TestGraph(t *testing.T) {
//		harness.RunScenarios(t, "scenarios")
//	}
//
// [New] opens a session outside a test.
//
// Cassettes, schemas, scenarios and rules lie in the folders of those names beside
// the nearest go.mod. On replay nothing is written, no connection is opened and no
// credential is needed, nor is any goroutine or timer started: tests may run in a bubble of
// testing/synctest, where waiting for Graph takes no time. While recording, the client brings
// its token or takes a transport that adds it ([WithTransport]); this package signs nobody in.
//
// What is checked and reported comes from the packages cassette, schema, conform and report;
// package cli is the command. DESIGN.md says how a request finds its way through them.
package harness
