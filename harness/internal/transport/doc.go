// Package transport holds the http.RoundTrippers of the harness. Replayer answers
// requests from an index of recorded interactions and opens no connection, ever.
// Recorder passes requests on and keeps every exchange in a journal.
//
// The Replayer promises that responses share no memory with the cassette (callers may
// change the headers they get), that the request's context is honoured, that no
// latency is added, and that a request without an answer is a
// *match.MissError, never an HTTP 404.
//
// Responses are those of a server that neither compresses nor chunks: the recorded
// ones, with Content-Length recomputed and Transfer-Encoding, Connection and an
// undone Content-Encoding left out. Retry-After is 0 unless asked for. Where a cassette has
// the constants for the instant and the id of a call, Date is now and client-request-id the
// request's.
//
// It does not decide which answer fits; that is package match.
//
// The Recorder promises that the client and the service see each other's bytes as they
// are, that an exchange is in the journal, decoded and without credentials, before its
// answer is handed out (a body over 8 MB: before its end is), so that a killed process
// loses at most what was under way, and that memory does not grow with the recording.
// What is redacted, and what may be saved, its caller says.
//
// Bodies are stored decoded, whatever their coding (package wire). Of the codings that a
// client accepts it passes on gzip alone, so that a recording does not depend on what the
// client's runtime knows. An answer that asked the client to come again (429, 503,
// 504, or 415 to a compressed body), and after which it did, is in the journal, marked, and
// not in the cassette. An answer over 8 MB passes while it comes, and is recorded at its end;
// one of more than 64 MB is not kept.
//
// Both are safe for concurrent use.
//
//	replayer := transport.NewReplayer(index.NewSession(), transport.Options{})
//	client := &http.Client{Transport: replayer}
package transport
