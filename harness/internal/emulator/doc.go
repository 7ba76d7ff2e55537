// Package emulator is a small Microsoft Graph for tests and for graphvcr demo: three servers
// on the loopback interface (Graph, files, sign-in) that behave towards a client as the
// real ones do where it matters to a recorder and a replayer. Tokens and
// permissions, paging, delta, $batch out of order, operations that advance with
// every poll, ETags, throttling, upload sessions and downloads on a second host
// with pre-authenticated links, binary, gzip and chunked answers.
//
//	e, err := emulator.Start(ctx, emulator.Options{Seed: 7})
//	if err != nil { ... }
//	defer e.Close()
//	req, _ := http.NewRequest("GET", e.GraphURL()+"/v1.0/me/chats", nil)
//	req.Header.Set("Authorization", "Bearer "+e.UserToken())
//
// A client that has Graph's own names built in is given Options.Hosts =
// RealNames() and Emulator.Transport, which takes those names to the listeners.
//
// # What it promises
//
// One seed, one clock and one order of requests give the same bytes. Another seed
// changes every volatile value: ids, tokens, etags, tenant, request-id. The id of
// a thing is drawn from the seed, its natural name (a user's UPN, a chat's topic,
// an item's path) and how often that name has been used, so that concurrent
// clients who name things apart get the same ids in whatever order they come;
// request-id, tokens and what is counted (throttling) do follow the order of arrival.
// Nothing advances with time: polls count, not seconds. Only tokens, delta links
// and upload sessions expire by the clock.
//
// # What it is not
//
// It is no model of Graph's data, limits or error texts, and no proof that a
// client is right: it knows a few dozen requests and answers 400 to the others.
// Each behaviour names its source; (I) marks general knowledge that no
// documentation or recording at hand confirms. Its access tokens are well formed
// but signed by nobody. State is in memory and ends with the process.
//
// An Emulator is safe for concurrent use.
package emulator
