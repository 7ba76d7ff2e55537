// Package async has the states of Graph's long-running operations, and says which types and
// paths are theirs.
//
//	async.IsTerminal("partiallySucceeded")       // true
//	async.GoesBack("inProgress", "notStarted")   // true
//
// Everything is safe for concurrent use: there is no state.
package async
