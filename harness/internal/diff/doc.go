// Package diff says how an API's behaviour changed between two recordings of one
// scenario: each change once, with a severity, and nothing else.
//
// [Compare] never compares two files position by position. It reduces each recording
// to the behaviour that a client can rely on, and compares that:
//
//   - interactions are grouped into operations by the template of their address (ids
//     replaced by their kind, literals of filters left out). A request whose address an
//     earlier answer gave (nextLink, deltaLink, Location, uploadUrl) belongs to the
//     operation that gave it, however the link is spelled: further pages are pages of one
//     answer, polls are polls (flow.go, exchange.go);
//   - within an operation, what is asked of one resource between two writes to it is one
//     phase. Repeated answers in a phase are a trace of statuses and states, not a count,
//     and the last answer stands for them (compare.go);
//   - the bodies of an operation's answers are one shape: which properties there are and
//     how often, of which JSON types, with which kinds of ids, dates, links and words
//     (shape.go, value.go). Arrays are bags of their elements; JSON inside strings and the
//     parts of batches are opened;
//   - what is volatile (ids of created things, dates, etags, tokens, request ids, message
//     texts, counts of polls, order) counts by its class, and by what it is equal to: the
//     id in the address is the id in the body (equal.go).
//
// Every kind of change is a row of one table, [Rules]: a stable id, a severity, and both
// ways of it: what detects the change, and what makes exactly this change to a recording
// ([Rule.Mutate]), side by side in a rules_*.go. The table's own suite and
// "graphvcr whatif" come from the second.
//
// A test server that is asked for Graph's versions is Graph, on whatever port it listens
// (reading.go).
//
// Of a sealed recording, the pseudonym of a name counts as one redacted value, word or
// member, whatever its number, and is reported as the file has it; ids have pseudonyms of their form, and compare as ids
// (reading.go). Where only one recording is sealed, what it hides is not reported: the other
// may show it.
//
// What follows from the client's own other requests is the client's (own.go): a member that
// it wrote otherwise is otherwise, a list of what it no longer makes is empty. Words at a
// member that metadata declares as a text ([Options.IsText]) are data, no members of an enum.
//
// What follows from a change is not reported again: a request that fails makes those after it
// go missing, and an id in another letter case is no longer equal to its like.
//
// It reads no files, knows no git and does not sign in. It does not compare latency in
// milliseconds, nor values that a client chose itself. Functions are safe for concurrent
// use; recordings are read, never changed.
//
//	drift, err := diff.Compare(old, new, diff.Options{})
//	for _, change := range drift.Changes {
//		fmt.Println(change.Severity, change.Rule, change.Operation, change.Where)
//	}
package diff
