// Package ca is the private certificate authority of one user, for front doors that
// speak TLS to clients on this machine.
//
// It is made on first use and kept: the key and its certificate in one file that only
// the user may read, the certificate alone in another, for clients to trust. It
// promises that the key is never readable by others, not for a moment, that a key file
// which is readable by others is refused, and that two processes which begin at the
// same time end up with one authority.
//
// New makes one that is not kept: its key is in memory only, and ends with the process.
//
// Certificates for hosts are made on demand, live in memory and end with the process.
//
// It does not make anything trust the authority: that is the user's doing, client by
// client (`graphvcr ca` says how).
//
// An Authority is safe for concurrent use.
//
//	authority, err := ca.Open(dir)
//	if err != nil { ... }
//	listener = tls.NewListener(listener, authority.TLSConfig())
package ca
