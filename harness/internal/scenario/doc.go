// Package scenario is the model of a scenario file: steps with a request,
// expectations, captures, polling and paging, to be run live or against a
// cassette.
//
// Load is strict: an unknown key is an error with file, line and column and the
// name that was probably meant; so are an unknown format, a bad pattern, path or
// duration, a variable that is not defined or that depends on itself, and a file
// name that leaves the scenario's folder. Whatever can be known before a run is
// said before it.
//
// The model is typed throughout. Free-form JSON (a request body, an expected
// value) is a Template, which becomes a document only when it is expanded at run
// time. Every step and expectation knows the line it stands on.
//
// A file in short (schemas/graphvcr/scenario.json describes all of it):
//
//	api: beta
//	steps:
//	  - name: wait
//	    request: {method: GET, path: "/chats/{env.CHAT}/operations/{env.OPERATION}"}
//	    poll: {until: {status: succeeded}, every: 30s, timeout: 10m}
//	    expect:
//	      status: 200
//	      body: {id: {format: teams-operation-id}, status: succeeded}
//	    capture: {chat: body.targetResourceId}
//
// It runs nothing; package runner does. A loaded Scenario is read-only and safe
// to share.
package scenario
