package match

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestKeys reads testdata/keys: the requests of a file named "same: ..." all have
// one key, those of one named "different: ..." have a key each.
func TestKeys(t *testing.T) {
	files, err := filepath.Glob("testdata/keys/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range archive.Files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+group.Name, func(t *testing.T) {
				checkKeys(t, strings.HasPrefix(group.Name, "same: "), strings.Split(strings.TrimSpace(string(group.Data)), "\n"))
			})
		}
	}
}

func checkKeys(t *testing.T, same bool, lines []string) {
	t.Helper()
	if len(lines) < 2 {
		t.Fatal("a group needs two requests")
	}
	seen := map[Key]string{}
	for i, line := range lines {
		key := parseMessage(t, line).key(t, Rules{})
		other, known := seen[key]
		if same && i > 0 && !known {
			t.Errorf("two keys:\n%s\n%s\n%+v", lines[0], line, key)
		}
		if !same && known {
			t.Errorf("one key:\n%s\n%s\n%+v", other, line, key)
		}
		seen[key] = line
	}
}
