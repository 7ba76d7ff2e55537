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
			Format: format, note: recordedNote, hosts: true,
			read: func(_ *judge.Pages, r importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error) {
				return r.Read(format, file, name, clean)
			},
		})
	}
	return append(kinds, docsKind())
}

// docsKind imports pages of documentation.
func docsKind() importKind {
	format := &importer.Format{
		Kind: "docs", Ends: []string{".md"},
		Short: "Import examples of Microsoft Graph's documentation (Markdown)",
		About: `Turns the examples on pages of Graph's documentation into cassettes and scenarios: each
pair of a request and an answer is a step, with the permissions that the page lists and,
where the project has its schema, the type. Annotations of API Doctor are read, pages
without any as well. Where a page contradicts itself, or the metadata that the project
has (graphvcr schema generate), findings say so with the line.
`,
		Examples: []string{"teamsasyncoperation-get.md --out .", "microsoft-graph-docs/api-reference/beta --out /tmp/imported --report json"},
	}
	return importKind{
		Format: format,
		note: `Documentation is redacted of secrets only: its people are invented, and its ids stay
recognisable. Notes say what was replaced, and what was repaired.
`,
		read: func(pages *judge.Pages, _ importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error) {
			return importer.Docs(file, name, importer.DocsOptions{Clean: clean, Holds: pages.Holds})
		},
	}
}
