// Package graph is the one home of facts about Microsoft Graph that metadata does not
// hold: its clouds and their hosts, the parts of a batch, the actions that only read, the contents
// of files and their hashes. Packages of its own have what OData names (odata), the states of
// long-running operations (async), and headers and statuses (protocol).
//
// It promises that each fact stands here once, with its source. Letter case is folded where
// Graph ignores it. What is not known is answered with the safe side, which each function's
// comment names.
//
// It does not know Graph's URL grammar (package graphurl), formats of ids (package
// identity), or types and paths (metadata: packages csdl and route).
//
//	graph.IsHost("dod-graph.microsoft.us")     // true
//	graph.CloudOf("graph.microsoft.us").Login  // "login.microsoftonline.us"
//
// Everything is safe for concurrent use: there is no state.
package graph
