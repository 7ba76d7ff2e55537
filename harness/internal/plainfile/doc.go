// Package plainfile opens files for reading, and nothing but files.
//
//	text, err := plainfile.ReadFile("scenarios/teams/chat.yaml")
//
// It promises that opening ends at once: a named pipe, which waits for a writer, a
// device, which may have no end, a socket and a folder are errors that say so. A link
// to a file is a file. The null device is one too: it is empty.
//
// It does not bound how much is read.
package plainfile
