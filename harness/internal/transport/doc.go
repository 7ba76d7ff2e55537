// Package transport holds the http.RoundTrippers of the harness. Replayer answers
// requests from an index of recorded interactions and opens no connection, ever.
// Recorder passes requests on and keeps every exchange in a journal.
//
// The Replayer promises that responses share no memory with the cassette, that the request's
// context is honoured, that no latency is added, and that a request without an answer is a
// *match.MissError, never an HTTP 404. Which answer fits package match decides.
//
// Responses are those of a server that neither compresses nor chunks: the recorded ones, with
// Content-Length recomputed, and without what was between two neighbours. Retry-After is 0
// unless asked for. Where a cassette has the constants for the instant and the id of a call,
// Date is now and client-request-id the request's.
//
// The Recorder promises that client and service see each other's bytes as they are, that an
// exchange is in the journal, decoded (package wire) and without credentials, before its answer
// is handed out, so that a killed process loses at most what was under way, and that memory does
// not grow with the recording. What is redacted, and what may be saved, its caller says.
//
// Of the codings that a client accepts it passes on gzip alone. An answer that asked the client
// to come again (429, 503, 504, or 415 to a compressed body), and after which it did, is in the
// journal, marked, and not in the cassette. An answer over 8 MB passes while it comes, and is
// recorded before its end is handed out; one of more than 64 MB is not kept.
//
// Both are safe for concurrent use.
//
//	replayer := transport.NewReplayer(index.NewSession(), transport.Options{})
//	client := &http.Client{Transport: replayer}
package transport
