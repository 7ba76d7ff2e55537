// Package match decides which recorded interaction answers a request.
//
// A request is reduced to its Key, a comparable struct made by one pure function
// that is the same for recorded and live requests. An Index, built once from
// cassettes and immutable from then on, maps keys to their recorded answers in
// order; a Session holds what one replay has consumed of it. Many sessions may
// share one index.
//
// It promises that a lookup costs the same however many interactions there are,
// that the k-th request to a key gets the same answer on every run, and that a
// miss explains itself: never recorded, recorded but consumed, or recorded but
// different, with the nearest interactions and the fields that differ.
//
// It knows nothing of connections, and does no I/O but to spool what clients upload;
// package transport turns its answers into HTTP responses.
//
// Session is safe for concurrent use, and requests wait for one another only while it is chosen
// which recorded one is meant, and which of its answers comes next.
//
// # The way of a request
//
// A request without a body is first looked up as it is spelled (index.go), without parsing.
// Otherwise it is understood (request.go): its address by package graphurl, its significant
// headers (headers.go), its body as JSON, form, multipart or batch (batch.go), less what the
// rules ignore (rules.go). The key finds an entry (index.go), of which the answer is chosen (choose.go) by what
// was served, and by the writes that it is related to (barrier.go). Where there is no entry, the
// nearest are compared (differ.go), and the miss (miss.go) says what to do.
//
// # Sealed cassettes
//
// A sealed cassette holds pseudonyms, and is asked by clients that send real values. A request
// without an entry of its own is looked up once more (unseal.go). Its texts are replaced
// (masked.go): every id in it is computed as redaction computed it, and the places are blank
// that are holes in any recorded request of its shape. That leads to a bucket of recorded
// requests that differ in nothing but these places (seal.go), over which it is laid: words have
// to be equal, and a value is known by the pseudonym that was given out, by what is bound to it,
// or by the tag of the recorded value. Of several fits the surest counts.
//
// What is looked up and fits none is a miss that names the --input which decides: what stands
// in the address or in If-Match, in a body what an action that only reads is sent, and
// references; unless the name is one that the recorded client asked for, did not find, and
// then made. What a client writes may be made up: it binds to the request that stands alone, or,
// unless two such requests were under way at once, to the next in recorded order, with a note;
// from a client that made up one name of a shape, order then counts before tags, of which one
// in a million fits by chance. Secrets and bytes fit anything.
//
// What a request says is bound, one to one and for the session (bindings.go), before its
// answer is made, and put back wherever its pseudonyms stand in answers (restore.go). Where a
// cassette holds filler for a file, answers show size and hashes of what the session has
// uploaded, and downloads hold its bytes; files over 256 MB, and what a session
// uploads beyond 2 GB, stay filler.
//
// No rule of redaction and no table of words is asked here: only places, forms and tags,
// so that a newer program cannot break a cassette. A miss shows what is bound, live values in
// full: they are the client's own, and reach whatever report the miss is written to, and never
// a cassette.
package match
