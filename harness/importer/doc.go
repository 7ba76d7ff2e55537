// Package importer turns other tools' recordings into cassettes, and drafts a
// scenario from each.
//
// It promises that whatever cannot be imported is a finding that names file and
// line, never silence; that unknown YAML tags are data and never code; that
// interactions of hosts which are not Graph's are left out by name with a count; and that an
// imported cassette replays every request that the recording held.
//
// All functions are safe for concurrent use.
package importer
