package testkit_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func TestGoldenFiles(t *testing.T) {
	dir := t.TempDir()
	archive, golden := filepath.Join(dir, "a.txtar"), filepath.Join(dir, "golden")
	if err := os.WriteFile(archive, []byte("about\n-- in --\n1\n-- want --\nold\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check := func(t *testing.T) {
		testkit.Golden(t, golden, "text\n")
		testkit.Archives(t, filepath.Join(dir, "*.txtar"), func(t *testing.T, a *testkit.Archive) {
			a.Want(t, "want", a.Section(t, "in")+"2\n")
			a.Want(t, "more", "3\n")
		})
	}
	t.Setenv("UPDATE_GOLDEN", "1")
	check(t)
	t.Setenv("UPDATE_GOLDEN", "")
	check(t)
	text, err := os.ReadFile(archive)
	if want := "about\n-- in --\n1\n-- want --\n1\n2\n-- more --\n3\n"; err != nil || string(text) != want {
		t.Errorf("the archive became\n%s(%v), want\n%s", text, err, want)
	}
}

// failing notes what a helper told of its test.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) { f.failed = true }

func TestDifferencesFail(t *testing.T) {
	golden := filepath.Join(t.TempDir(), "golden")
	if err := os.WriteFile(golden, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("UPDATE_GOLDEN", "")
	for got, want := range map[string]bool{"old": false, "new": true} {
		f := &failing{TB: t}
		testkit.Golden(f, golden, got)
		if f.failed != want {
			t.Errorf("%s: failed is %v", got, f.failed)
		}
	}
}
