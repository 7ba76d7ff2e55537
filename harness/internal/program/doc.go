// Package program runs any program, unchanged, so that its requests to Graph are answered from
// cassettes, or recorded: by an intercepting proxy on this machine, to which the program's
// environment leads.
//
// On replay nothing that comes to the proxy leaves the machine. While recording, Graph, the
// hosts to which its answers lead and those that the caller names are intercepted; all else
// passes unread, but to private addresses. What NO_PROXY names the program reaches itself,
// unless it belongs to the cassettes.
//
// A program that makes no request, and connections that end in the handshake, are reported: a
// client that does not trust the proxy would else pass for one that was answered.
//
//	status, result, err := program.Run(ctx, p, program.Options{Args: []string{"node", "app.js"}, ...})
//
// Runs may be concurrent.
package program
