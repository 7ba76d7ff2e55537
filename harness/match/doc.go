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
// Index is immutable; Session is safe for concurrent use and takes no lock at all.
//
//	index, err := match.NewIndex(match.Rules{}, tape)
//	if err != nil {
//		return err
//	}
//	session := index.NewSession()
//	answer, err := session.Next(req, body)
//	var miss *match.MissError
//	if errors.As(err, &miss) {
//		fmt.Println(miss) // verdict, nearest recordings, differing fields, next step
//	}
//
// # The way of a request
//
// A request without a body is first looked up as it is spelled (index.go), which
// costs one map lookup and no parsing. Otherwise it is understood (request.go):
// its address by package graphurl, its significant headers (headers.go), its body
// as JSON, form, multipart (body.go, multipart.go) or batch (batch.go), less what
// the rules ignore (rules.go). The key finds an entry, whose tally of what was
// served (tally.go) and whose barriers (barrier.go) decide the answer (choose.go).
// The answer to a batch gets the client's ids (rewrite.go). Where there is no
// entry, the nearest are found (nearest.go) and compared (differ.go), and the miss
// says what to do (miss.go).
package match
