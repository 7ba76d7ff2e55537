// Package child runs an unchanged program so that its connections come to an
// intercepting proxy on this machine.
//
//	place := child.Place{Proxy: "127.0.0.1:1234", TLS: "127.0.0.1:1235", Authority: authority.PEM()}
//	env, err := place.Environment(os.Environ(), dir)
//	if err != nil { ... }
//	status, err := child.Run(ctx, child.Program{Args: args, Env: env, Stdin: os.Stdin, ...})
//
// Most runtimes take a proxy and certificates from environment variables; Java takes
// both from options and a key store, and Node, which in version 20 takes no proxy at
// all, from a module that is loaded first and sends its connections elsewhere. Isolate
// takes the network itself away, on Linux where the system allows it, and lays the
// certificates over the system's for the program alone.
//
// A [Guard] ends a program whose harness is gone, and removes what it had written, where
// there is a shell to do so (not on Windows).
//
// It promises that signals reach the program once, that its exit status is what a
// shell would say, and that the files it writes hold certificates and no key; with
// CopyProfiles also what rclone keeps, which the program then does not change: its tokens
// of a replay would be good for nothing later.
//
// It does not make a program trust anything that it does not read from its
// environment: what does and what does not is the table in the help of graphvcr exec;
// TrustHint says what to do about one that does not.
//
// Its functions may be called concurrently.
package child
