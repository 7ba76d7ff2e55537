// Package clean takes out of cassettes what is not to be kept: secrets and identity
// ([Redact]; [Cassette] for one that is not stored yet), and what no replay needs ([Tidy]).
//
// It reports each thing that it takes out, and writes nothing when dry. A file in which there
// is nothing to take out is not touched.
//
// All functions are safe for concurrent use, but for two that write one file.
package clean
