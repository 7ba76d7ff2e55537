package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// Corpus is the place of a file or folder of the corpus, which is read where it stands:
// in shared/corpus, in some folder above the package. Where it is absent the test is
// skipped.
func Corpus(t testing.TB, name string) string {
	t.Helper()
	return Shared(t, "corpus/"+name)
}

// Shared is the place of a file or folder of shared, likewise.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "shared", filepath.FromSlash(name))
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Skipf("there is no shared/%s beside the repository", name)
	return ""
}

// CorpusFiles are the files of the corpus below a folder that a pattern matches, at
// least one.
func CorpusFiles(t testing.TB, folder, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Corpus(t, folder), filepath.FromSlash(pattern)))
	if err != nil || len(files) == 0 {
		t.Fatalf("the corpus has no %s in %s (%v)", pattern, folder, err)
	}
	return files
}

// Recordings are the real recordings of the corpus, in vcrpy's format.
func Recordings(t testing.TB) []string {
	t.Helper()
	return CorpusFiles(t, "recordings/azure-cli", "*.yaml")
}
