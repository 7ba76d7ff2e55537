package check_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/check"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/permissions"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// TestMeasure prints the table of the README for whatever corpus stands in a folder:
//
//	GRAPHVCR_SLOW=1 go test -count=1 -v -run TestMeasure ./harness/internal/check -args DIR
//
// Without DIR it is the corpus beside the repository. The folder has metadata/v1.0*.csdl, of
// which the largest counts, perhaps metadata/beta*.csdl and permissions/permissions.json;
// below all other folders lie answers and recordings.
func TestMeasure(t *testing.T) {
	if !testkit.Slow() {
		t.Skip("measures a whole corpus: GRAPHVCR_SLOW=1")
	}
	root := os.Args[len(os.Args)-1]
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		root = testkit.Corpus(t, "")
	}
	metadata := map[string]string{}
	for _, api := range []string{"v1.0", "beta"} {
		if file := largest(t, filepath.Join(root, "metadata", api+"*.csdl")); file != "" {
			metadata[api] = file
		}
	}
	p := open(t, metadata)
	fmt.Println("| answers | files | answers | judged | errors | warnings | covered by the permissions file |")
	fmt.Println("| --- | --- | --- | --- | --- | --- | --- |")
	all, _ := permissions.Load(filepath.Join(root, "permissions", permissions.FileName)) // nil where there is none
	folders, err := foldersOf(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		result, err := check.Run(t.Context(), p, []string{filepath.Join(root, folder)}, check.Options{})
		if err != nil {
			t.Logf("%s: %v", folder, err)
			continue
		}
		result.Suite.Finish()
		sum := result.Suite.Summary()
		fmt.Printf("| %s | %d | %d | %d | %d | %d | %s |\n", folder, result.Files, result.Answers, result.Judged, sum.Errors, sum.Warnings, coverage(filepath.Join(root, folder), all))
		for _, c := range result.Suite.Cases {
			if c.Status == report.Errored {
				t.Logf("%s: could not be read: %s", c.File, c.Findings[0].Sentence())
			}
		}
	}
}

func largest(t *testing.T, pattern string) (found string) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	most := int64(0)
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() > most {
			found, most = file, info.Size()
		}
	}
	return found
}

// foldersOf are the folders of answers and recordings, two deep.
func foldersOf(root string) (folders []string, err error) {
	tops, err := os.ReadDir(root)
	for _, top := range tops {
		if !top.IsDir() || strings.HasPrefix(top.Name(), "docs") || strings.HasPrefix(top.Name(), "api-reference") || top.Name() == "metadata" || top.Name() == "permissions" {
			continue
		}
		inner, err := os.ReadDir(filepath.Join(root, top.Name()))
		if err != nil {
			return nil, err
		}
		deeper := false
		for _, below := range inner {
			if below.IsDir() {
				folders, deeper = append(folders, filepath.Join(top.Name(), below.Name())), true
			}
		}
		if !deeper {
			folders = append(folders, top.Name())
		}
	}
	return folders, err
}

// coverage is how many of the requests to Graph that recordings hold the permissions file covers.
func coverage(folder string, all *permissions.Map) string {
	covered, requests := 0, 0
	_ = filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || all == nil {
			return err
		}
		format := importer.Of(importer.HAR)
		if !strings.HasSuffix(file, ".har") {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			format = importer.FormatOf(string(text))
		}
		if format == nil {
			return nil
		}
		entries, _ := format.Entries(file)
		for _, e := range entries {
			if e.Interaction.Request.Host != "graph.microsoft.com" {
				continue
			}
			requests++
			if _, ok := all.Of(e.Interaction.Request.Method, e.Interaction.Request.URL); ok {
				covered++
			}
		}
		return nil
	})
	if requests == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", covered, requests)
}
