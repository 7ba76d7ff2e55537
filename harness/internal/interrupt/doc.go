// Package interrupt ends a command on SIGINT, SIGTERM and SIGHUP, wherever it hangs.
//
// The first signal cancels the context that [Context] makes. A command that has not ended 700 ms
// later is ended, unless it said with [During] what it has to finish, and then that is said. A
// second signal ends it at once. Where a context has no interruption, as in a library, nothing
// here does anything.
//
// All functions are safe for concurrent use.
package interrupt
