package importer_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
)

// Every page of the corpus is imported, those that show an image's body as text too, and
// importing ends.
func TestAllPagesAreImported(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	p := docsProject(t)
	options := importer.DocsOptions{Holds: judge.NewPages(p).Holds, Clean: func(c *cassette.Cassette) error { _, _, err := clean.Cassette(p, c, ""); return err }}
	for _, folder := range []string{"docs", "docs-2"} {
		root := filepath.Join("..", "..", "..", "..", "shared", "corpus", folder)
		if _, err := os.Stat(root); err != nil {
			t.Skip("the corpus does not stand beside the project: ", err)
		}
		pages, exchanges, images := 0, 0, 0
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".md") || filepath.Base(filepath.Dir(file)) != "api" {
				return err
			}
			r, err := importer.Docs(file, "page", options)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				return nil
			}
			pages, exchanges = pages+1, exchanges+len(r.Cassette.Interactions)
			for _, i := range r.Cassette.Interactions {
				if strings.HasPrefix(i.Response.Headers.Get("Content-Type")+i.Request.Headers.Get("Content-Type"), "image/") {
					images++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d pages, %d exchanges, %d of an image", folder, pages, exchanges, images)
		if pages == 0 || exchanges == 0 {
			t.Errorf("%s: %d pages, %d exchanges", folder, pages, exchanges)
		}
	}
}
