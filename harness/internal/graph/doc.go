// Package graph is the one home of facts about Microsoft Graph that metadata does not
// hold: its clouds and their hosts, the states of long-running operations, the links
// that clients follow, the parts of a batch, the actions that only read, the statuses
// that ask a client to come again, the hosts of conversations, the headers that carry
// credentials, the hashes of files, and how a collection's type is written.
//
// It promises that each fact stands here once, with where it is from; whoever wants to
// know asks. Letter case is folded where Graph does not look at it. What is not known is
// answered with the safe side, which each function's comment names.
//
// It does not know Graph's URL grammar (package graphurl), formats of ids (package
// identity), or types and paths (metadata: packages csdl and route), and it imports no
// other package of this module.
//
//	graph.IsHost("dod-graph.microsoft.us")          // true
//	graph.CloudOf("graph.microsoft.us").Login       // "login.microsoftonline.us"
//	graph.IsTerminal("partiallySucceeded")          // true
//	graph.IsFollowedMember("members@odata.nextLink") // true
//	graph.IsThrottled(509)                          // true
//	graph.ElementOf("Collection(Edm.String)")       // "Edm.String", true
//
// Everything is safe for concurrent use: there is no state.
package graph
