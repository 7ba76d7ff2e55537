// Package wire is where bytes come in and go out: it decodes the bodies of HTTP
// messages, copies messages with another body, replaces and locks files, spools texts that are too
// much for memory, runs work side by side, and knows the hosts that are this machine.
//
//	plain, left, err := wire.Decode(resp.Header, body, 64<<20)
//	// plain is the body without the codings of Content-Encoding; left is what it
//	// still has of them: the header to keep, "" where there is none
//
//	err = wire.Replace("users.yaml", 0o644, func(w io.Writer) error { ... })
//
// [Decode] is the one reader of gzip, deflate, br and zstd. It believes bytes before
// labels: a body that is labelled gzip and is none is plain, since clients label plain
// bodies when they send them again, and browsers save bodies decoded with their labels.
// It stops at a bound, so that a small body cannot become a large one (a bomb), and a
// body that it cannot decode stays as it is, with an error that says why.
//
// [Replace] and [Create] leave a file whole or as it was, whatever happens.
//
// The package knows nothing of Graph, of JSON, or of what is stored in cassettes.
//
// All functions are safe for concurrent use; bodies that are handed in are not changed.
package wire
