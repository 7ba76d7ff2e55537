package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// TestManyParts: a file of a hundred thousand alternatives is refused, which the library would
// compare for minutes.
func TestManyParts(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "v1.0", "microsoft.graph.x.json")
	text := `{"anyOf": [` + strings.Repeat(`{"const": 1},`, 100_000) + `{}]}`
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	testkit.Bounded(t, len(text), func() {
		_, err := open(t, dir).Validate("v1.0", "microsoft.graph.x", parse(t, "{}"), schema.Options{})
		if err == nil || !strings.Contains(err.Error(), "more than 10000 schemas in one file") {
			t.Error(err)
		}
	})
}
