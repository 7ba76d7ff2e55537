package testkit

import (
	_ "embed"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

//go:embed formats.txt
var formats string

// Examples of a format: values that have it, near misses, and where the fact comes from.
type Examples struct {
	Source           string
	Matches, Rejects []string
}

// Formats are the examples of all formats, by name.
func Formats(t testing.TB) map[string]*Examples {
	t.Helper()
	all := map[string]*Examples{}
	var now *Examples
	for line := range strings.Lines(formats) {
		line = strings.TrimSuffix(line, "\n")
		if name, source, ok := strings.Cut(line, "] "); ok && line[0] == '[' {
			now = &Examples{Source: source}
			all[name[1:]] = now
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		value, err := strconv.Unquote(line[2:])
		if err != nil {
			t.Fatalf("read the examples of formats: %s: %v", line, err)
		}
		if line[0] == '+' {
			now.Matches = append(now.Matches, value)
		} else {
			now.Rejects = append(now.Rejects, value)
		}
	}
	return all
}
