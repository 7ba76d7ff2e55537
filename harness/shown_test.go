package harness

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README and the recipes show things by tests and scripts; these exist.
func TestShownTestsExist(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	recipes, err := os.ReadFile("RECIPES.md")
	if err != nil {
		t.Fatal(err)
	}
	readme = append(readme, recipes...)
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
	for _, m := range regexp.MustCompile(`\((?:\.\./)*((?:cli/testdata|testdata|graphsdk|\w+_test.go)[^)]*)\)`).FindAllStringSubmatch(string(recipes), -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("RECIPES.md: %v", err)
		}
	}
	for _, m := range shown {
		if !declared[m[1]] {
			t.Errorf("README.md or RECIPES.md shows something by %s, and there is no such test", m[1])
		}
	}
	if len(shown) < 15 {
		t.Errorf("README.md shows %d things by tests", len(shown))
	}
}
