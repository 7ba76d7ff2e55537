package saltfile

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// Those who make a salt at once get the same.
func TestSaltMadeAtOnce(t *testing.T) {
	t.Setenv(Variable, "")
	dir := filepath.Join(t.TempDir(), "new")
	made := make(chan string, 16)
	for range cap(made) {
		go func() {
			salt, err := Make(dir)
			if err != nil {
				t.Error(err)
			}
			made <- string(salt)
		}()
	}
	var all []string
	for range cap(made) {
		all = append(all, <-made)
	}
	if len(slices.Compact(all)) != 1 {
		t.Error("two salts were made")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// FuzzSalt: a salt is read, or refused without being quoted.
func FuzzSalt(f *testing.F) {
	f.Add([]byte("5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\n"))
	f.Add([]byte("zz\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		testkit.Bounded(t, len(text), func() {
			salt, message := parse(text)
			if (salt == nil) == (message == "") || salt != nil && len(salt) != size {
				t.Errorf("%q: %x, %q", text, salt, message)
			}
		})
	})
}
