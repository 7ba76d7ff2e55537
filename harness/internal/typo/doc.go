// Package typo measures how far a name that somebody wrote is from one that
// exists, so that errors can ask "did you mean ...?". Which names to compare, and
// how far is too far, is the caller's to say.
//
//	typo.Distance("expct", "expect") // 1
//
// It is pure and safe for concurrent use.
package typo
