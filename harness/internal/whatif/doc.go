// Package whatif finds out which changes of the API would break a client, before they come: it
// makes one change at a time to the responses of a cassette, by the mutators of package diff,
// and runs the client against the copy, offline, as package program does. Faults of package
// proxy are tried in the same way.
//
// The project's files stay as they are. A change that breaks the client is an error with what
// the client said; one that changes nothing in the recording is skipped.
//
//	suite, err := whatif.Run(ctx, p, whatif.Options{Cassette: "users/list", Args: args})
package whatif
