package cli

import (
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/ingest"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
)

// importKinds are the formats that are read, and documentation.
func importKinds() []importKind {
	var kinds []importKind
	for _, format := range importer.Formats() {
		kinds = append(kinds, importKind{
			name: string(format.Kind), short: format.Short, long: format.About, examples: format.Examples, extensions: format.Ends,
			note: recordedNote, hosts: true,
			read: func(_ *judge.Pages, r importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error) {
				return r.Read(format, file, name, clean)
			},
		})
	}
	return append(kinds, docsKind())
}
