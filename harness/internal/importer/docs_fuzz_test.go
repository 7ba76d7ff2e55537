package importer

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// Whatever a page holds, what is made of it can be stored, loaded and indexed, and the
// scenario loads.
func FuzzDocs(f *testing.F) {
	files, _ := filepath.Glob("../docs/testdata/pages/*.txtar")
	if len(files) == 0 {
		f.Fatal("no pages")
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Add("```http\nGET //x:y@{z}%\nHost: a b\n```\n```http\nHTTP/1.1 200 \x00\nA: \x01\nContent-Type: application/json\n\n{\"\\ud800\": 1e999}\n```")
	f.Add("```http\nGET https://graph.microsoft.com/v1.0/me?$select=%FF\n```\n```http\nHTTP/1.1 200 OK\n```")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := docsPage("page.md", "page", text, DocsOptions{})
		if err != nil {
			return
		}
		for _, finding := range r.Findings {
			if finding.Rule == "import.page" {
				t.Fatal(finding.Message)
			}
		}
		if len(r.Cassette.Interactions) == 0 {
			return
		}
		if _, err := scenario.Parse("page.yaml", r.Scenario); err != nil {
			t.Fatalf("%v\n%s", err, r.Scenario)
		}
		if _, err := match.NewIndex(match.Rules{}, r.Cassette); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "page.yaml")
		if err := r.Cassette.Save(file, nil); err != nil {
			t.Fatal(err)
		}
		saved, err := cassette.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, i := range saved.Interactions {
			if want := r.Cassette.Interactions[n]; i.Response.Body != want.Response.Body || i.Request.URL != want.Request.URL {
				t.Fatalf("interaction %d was changed", n)
			}
		}
	})
}
