// Package signin substitutes for the hosts that clients of Microsoft Graph sign in
// with (login.microsoftonline.com and the other clouds'): discovery of instances,
// openid-configuration, keys, device codes, authorization codes, the token endpoint with
// the grants of azidentity and MSAL, and the endpoint of managed identities.
//
//	host := signin.New(signin.Options{})
//	if signin.IsHost(r.Host) {
//		host.ServeHTTP(w, r)
//	}
//
// # What it promises
//
// A client that signs in with a secret, a certificate, a device code, an
// authorization code, a password or a refresh token is answered what the real hosts answer
// it, as far as azidentity and MSAL look. Without Options.Strict any code and any refresh
// token is good, so that a client with a cache of real tokens signs in too, and its cache
// is worth as much as before:
//
//   - a refresh token is given back as it was sent, with or without a scope; no other is
//     handed out;
//   - access tokens end within 299 seconds, those for a refresh token within 60, so that
//     no client uses them in its next live run;
//   - there is no id_token, and client_info only for the account that a request names
//     (X-AnchorMailbox, as MSAL sends it with a refresh token): no account comes or changes.
//
// Nothing that a client sends is kept, and nothing is logged.
//
// # What it is not
//
// It protects nothing: its own tokens are unsigned (algorithm "none") and good for
// replay only. There is no page to sign in on: authorize sends the browser back at
// once. The identity platform's answers are general knowledge, and what azidentity
// 1.15, MSAL for Go 1.10 and MSAL for Node were seen to need.
//
// A Host is safe for concurrent use.
package signin
