package testkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Updating reports whether golden files are to be written instead of compared.
func Updating() bool { return os.Getenv("UPDATE_GOLDEN") != "" }

// Golden holds a text against a file.
func Golden(t testing.TB, file, got string) {
	t.Helper()
	if Updating() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; UPDATE_GOLDEN=1 rewrites):\n%s", file, diff)
	}
}

// An Archive is a txtar file: what a test is given, and what is wanted of it.
type Archive struct {
	*txtar.Archive
	changed bool
}

// Archives runs a test for each file that matches a pattern, at least one. When
// golden files are updated, a file is written with what the test got.
func Archives(t *testing.T, pattern string, test func(*testing.T, *Archive)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives match %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			parsed, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := &Archive{Archive: parsed}
			test(t, a)
			if !a.changed {
				return
			}
			if err := os.WriteFile(file, txtar.Format(a.Archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Section is the text of a file of the archive, which must be there.
func (a *Archive) Section(t testing.TB, name string) string {
	t.Helper()
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	t.Fatalf("the archive has no %s", name)
	return ""
}

// Want holds a text against a file of the archive, or makes it that file.
func (a *Archive) Want(t testing.TB, name, got string) {
	t.Helper()
	if !Updating() {
		if diff := cmp.Diff(a.Section(t, name), got); diff != "" {
			t.Errorf("%s (-want +got; UPDATE_GOLDEN=1 rewrites):\n%s", name, diff)
		}
		return
	}
	a.changed = true
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(got)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(got)})
}
