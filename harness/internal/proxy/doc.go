// Package proxy puts HTTP before the RoundTrippers of the harness, for clients in any
// language: a reverse proxy that clients are pointed at, and the pieces that an
// intercepting proxy shares with it.
//
// [Forward] sends a request through a RoundTripper and hands out what comes back; a miss
// is answered 501 with an error in Graph's shape and a Graphvcr-Miss header, which no SDK
// retries. [Faults] injects failures on replay. A [Reverse] is the reverse proxy: it
// serves sessions, each below a base URL of its own, and keeps clients there by putting
// that base in place of the host in every link of an answer, and back in every request.
// An [Intercept] is the intercepting proxy: it answers as the hosts themselves, so that
// clients need no other address, only a proxy and an authority to trust. [Handshakes]
// report clients that do not trust it, since many of these say nothing.
//
// Pages in a browser are answered as Graph does: by an Intercept ([CORS]) any, by a Reverse
// those of this machine on replay, and those that Options name.
//
// It promises that a replay opens no connection; that no session sees another's data;
// that Authorization never travels to a host that is not Graph's, since what is there is
// pre-authenticated; and that whatever a client sends has a clear answer.
//
// It does not record, match or redact: what it forwards to does.
//
// All types are safe for concurrent use.
package proxy
