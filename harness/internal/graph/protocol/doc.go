// Package protocol has facts about Graph's HTTP: which headers give access, lead a client on
// or differ in every answer, and which statuses ask a client to come again.
//
// Everything is safe for concurrent use: there is no state.
package protocol
