package harness

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README shows things by tests; these exist.
func TestShownTestsExist(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	err = filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		switch base := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (base == "node_modules" || base == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(base, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllStringSubmatch(string(text), -1) {
			declared[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("\\| `(Test\\w+)` \\|").FindAllStringSubmatch(string(readme), -1)
	for _, m := range shown {
		if !declared[m[1]] {
			t.Errorf("README.md shows something by %s, and there is no such test", m[1])
		}
	}
	if len(shown) < 15 {
		t.Errorf("README.md shows %d things by tests", len(shown))
	}
}
