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
// Index is immutable; Session is safe for concurrent use. It takes a lock only while
// it binds values (see below); a request with a key of its own never waits for it.
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
//
// # Replay by unification
//
// A redacted cassette (cassette.Meta.Redacted) holds pseudonyms, and serves any
// tenant's values. A request without an entry is first spelled with the pseudonyms of
// what is bound (rename.go) and looked up again. Otherwise its identity is lifted out
// (atoms.go, mask.go), which leaves a mask, and it is held against the recorded requests
// of that mask (unify.go): a bound value must stand at its pseudonym, another one is
// bound, one to one for the session and all of a request's at once, to the pseudonym at
// its place (bindings.go). Several recordings that fit are a miss that asks for
// Session.Bind; where they differ in redacted texts only, recorded order decides. Bound
// pseudonyms are put back in bodies, and in headers by Answer.RestoreHeader.
//
// Names and the like are bound as whole values; what stands for a secret or for content
// stands for anything. The cassette's own values are always understood, and stand for
// themselves. Ids that every tenant has (identity.IsWellKnown) are compared as they are,
// as is everything under Rules.Bind "off".
//
// A miss shows what is bound, live values in full: they are the client's own, as is
// the address that it names. They reach whatever report the miss is written to, and
// never a cassette.
//
// Not done: base64 ids that hold a GUID are values of their own, so that binding the
// GUID does not rename them; of several parts of a batch that differ in unbound values
// only, the order in the body decides.
package match
