// Package graphsdk signs Microsoft's SDKs for Go in while they are replayed.
//
// [New] gives a test a client of an SDK over a cassette:
//
//	graph := graphsdk.New(t, "users/list", msgraphsdk.NewGraphServiceClient)
//
// Such an SDK wants an azcore.TokenCredential before it sends anything, and a replay
// has neither a tenant nor a network to get a token from. [Credential] gives it one:
// of the session's own on replay, of the caller's choosing while recording ([Live]).
// [Adapter] is the part between: what an SDK sends its requests with, over a session.
//
// The session's transport lies under the SDK's middleware, so that what is recorded and
// replayed is what the SDK puts on the wire: compressed bodies, its retries and its
// redirects one by one. The example tests of this package are complete.
//
// It is a module of its own, so that tests which need no SDK have none among their
// modules. It opens no connection and chooses no credential: who records decides that.
// A credential is safe for concurrent use.
package graphsdk
