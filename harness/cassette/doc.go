// Package cassette reads and writes cassettes: files of recorded HTTP
// interactions in the layout of go-vcr v3 (format 2), with an extra top-level
// "graphvcr" block that go-vcr ignores.
//
// It promises that what is saved is loaded again byte for byte, whatever the
// body; that stock go-vcr replays our files and we load its files; that a file
// is replaced whole or not at all; and that a broken file is an error that names
// the file, the line and the interaction, never a shorter cassette.
//
// JSON bodies are stored indented, where compacting gives the original bytes
// back, so that one changed field is one changed line. Bodies are stored
// decoded: no gzip, no chunks.
//
// A file in the regular shape that go-vcr and this package write is read in one
// pass; any other YAML is read through yaml.v3, with the same result.
//
// It does not match requests (package match), nor hide secrets: Save takes a
// guard that may refuse.
//
// A loaded cassette is read-only by convention and may then be shared between
// goroutines.
package cassette
