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
// It does no I/O and knows nothing of connections; package transport turns its
// answers into HTTP responses.
//
// Index is immutable; Session is safe for concurrent use and takes no lock that
// all requests share.
package match
