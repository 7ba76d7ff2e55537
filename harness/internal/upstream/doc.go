// Package upstream reaches the live service for those who record: at the addresses that
// --connect-to names, with the certificates of --upstream-ca, and through the environment's
// proxy.
//
// A tunnel for an intercepted program, whose hosts anybody may name, leads to no private
// address (RFC 1918 and the like): a service that only this machine can reach is nobody
// else's. Nothing is retried, and net/http prints nothing of what a service sends.
//
// An Upstream is safe for concurrent use.
package upstream
