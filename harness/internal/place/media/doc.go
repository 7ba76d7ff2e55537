// Package media says what kind of thing the body of a request or a response is, and finds
// the parts, headers and parameters of what has some. It is decided once, for recording and
// replay alike: by what the message says and by the text itself, never by rules or lists
// that change.
//
// Offsets are bytes of the text that was given. Everything is safe for concurrent use: there
// is no state.
package media
