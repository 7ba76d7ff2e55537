// Package plainfile opens files for reading, and nothing but files.
//
//	text, err := plainfile.ReadFile("scenarios/teams/chat.yaml")
//
// It promises that opening ends at once: a named pipe, which waits for a writer, a
// device, which may have no end, a socket and a folder are errors that say so. A link
// to a file is a file. The null device is one too: it is empty.
//
// Reading a file whole is bounded, too; what Open opens its reader has to bound.
package plainfile
