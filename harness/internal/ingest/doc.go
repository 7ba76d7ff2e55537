// Package ingest makes cassettes and scenarios of other tools' recordings, and of documentation,
// as files of a project: what package importer reads is redacted, judged by schemas and
// metadata, and written, a cassette and a scenario each.
//
// What fails costs its file, and nothing is overwritten unless that is asked for. Pages of
// documentation are compared with each other as well: what a table says that a call returns,
// with what the page of the call shows.
//
//	cases := ingest.Run(p, judge.NewPages(p), paths, ingest.Options{Read: read, Out: "."})
package ingest
