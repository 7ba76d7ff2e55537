// Package harness is the way into graphvcr for Go tests: it replays, and
// records, Microsoft Graph exchanges inside go test.
//
// [RunScenarios] runs scenario files, the same ones that the command graphvcr
// replay runs, as subtests:
//
//	func TestGraph(t *testing.T) {
//		harness.RunScenarios(t, "scenarios")
//	}
//
// [Open] gives any client of net/http one cassette, replayed unless GRAPHVCR_MODE says
// otherwise:
//
//	s := harness.Open(t, "users/list")
//	resp, err := s.Client().Get("https://graph.microsoft.com/v1.0/users")
//
// Cassettes, schemas, scenarios and rules lie in the folders of those names beside
// the nearest go.mod. On replay nothing is written, no connection is opened and no
// credential is needed. While recording, the client brings its token or takes a
// transport that adds it ([WithTransport]); this package signs nobody in.
//
// What is checked and told comes from the packages cassette, schema, conform and report;
// package cli is the command. DESIGN.md tells how a request finds its way through them.
package harness
