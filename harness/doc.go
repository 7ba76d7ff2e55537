// Package harness is the way into graphvcr for Go tests: it replays recorded
// Microsoft Graph exchanges, offline and deterministically, inside go test.
//
// [RunScenarios] runs scenario files, the same ones that the command graphvcr
// replay runs, as subtests:
//
//	func TestGraph(t *testing.T) {
//		harness.RunScenarios(t, "scenarios")
//	}
//
// Cassettes, schemas, scenarios and rules lie in the folders of those names beside
// the nearest go.mod. Nothing is written and no connection is opened, ever.
//
// The packages below this one are the parts that the command is made of; DESIGN.md
// tells how a request finds its way through them.
package harness
