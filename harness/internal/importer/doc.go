// Package importer turns other tools' recordings and pages of documentation into
// cassettes, and drafts a scenario from each.
//
// It promises that whatever cannot be imported is a finding that names file and
// line, never silence; that unknown YAML tags are data and never code; that
// interactions of hosts which are not Graph's are left out by name with a count;
// that headers which carry credentials stay behind; and that an imported cassette
// answers every request that it holds with the very body that was recorded.
//
// It reads recordings of vcrpy, Ruby's VCR and AutoRest's PowerShell modules, Dev Proxy's mocks,
// HTTP archives (HAR) and pages of Graph's documentation (package docs). Archives are read
// entry by entry, whatever the size of the file. ReadHAR and [Format.Entries] give what stands in
// a file, to whoever wants to know what it gives away, and FormatOf finds whose file it is.
// WriteHAR goes the other way.
//
// It redacts nothing by itself: the caller brings what cleans a cassette before the
// scenario is drafted from it. It writes no file: the caller saves the cassette and
// the drafted scenario.
//
//	r, err := importer.Reader{}.Read(importer.Of("vcrpy"), "recordings/test_user.yaml", "test_user", nil)
//	if err != nil { ... }
//	err = r.Cassette.Save("cassettes/test_user.yaml", nil)
//
// All functions are safe for concurrent use.
package importer
