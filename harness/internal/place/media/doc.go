// Package media recognises what kind of thing a text is, and finds the parts, headers and
// parameters of what has some: by the text itself, never by rules or lists that change. What
// kind the body of a message is, package place decides.
//
// Offsets are bytes of the text that was given. Everything is safe for concurrent use: there
// is no state.
package media
