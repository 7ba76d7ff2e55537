// Package metadiff says what changed between two documents of an API's metadata: one cause,
// one change.
//
// What is gone carries with it what only it led to: a navigation property that was withdrawn
// carries the types behind it, whatever their number ([Change.Carries]), and so do an
// operation, a path and a namespace. Places that lost the same types are one change
// ([Change.Also]), as are places that one text declares deprecated. What is new is reported in
// the same way.
//
// Types are compared with what they inherit. A property that moved to a base, or down to all
// concrete types, is where clients find it, and no change; a base that was put in between and
// loses nothing is a note; one that is lost is reported with the members that went with it.
// Aliases are resolved by package csdl.
//
// Rules are those of package diff, severities what they mean to a client: an error breaks it,
// a warning may. It reads no files, and knows neither what is accepted nor what is used.
//
//	for _, change := range metadiff.Compare(old, new) {
//		fmt.Println(change.Severity, change.Rule, change.Place, change.How)
//	}
//
// Functions are safe for concurrent use; models are read, never changed.
package metadiff
