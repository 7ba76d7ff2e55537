// Package saltfile finds the salt of a project: the random bytes from which pseudonyms and tags
// are computed. It stands in a file beside the cassettes or above them, or in an environment
// variable, and in no cassette, which has its digest.
//
// It promises that a salt which is there is used, or refused with what is wrong with it, and
// never replaced; errors do not quote it. It computes no pseudonym (package identity does).
// All functions may be called from several goroutines, and processes, at once.
//
//	salt, err := saltfile.Find("cassettes/users")
package saltfile
