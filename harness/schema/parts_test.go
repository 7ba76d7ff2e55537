package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// TestHostileSchemas: what the library would compare or compile for minutes is refused.
func TestHostileSchemas(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "v1.0", "microsoft.graph.x.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"anyOf": [` + strings.Repeat(`{"const": 1},`, 100_000) + `{}]}`:                 "more than 10000 schemas in one file",
		`{"properties": {"a": {"pattern": "` + strings.Repeat("(a|b)*", 150_000) + `"}}}`: "a pattern of 900000 characters",
		`{"patternProperties": {"` + strings.Repeat("(a|b)*", 150_000) + `": {}}}`:        "a pattern of 900000 characters",
		strings.Repeat(`{"a":`, 9_000) + "{}" + strings.Repeat("}", 9_000):                "nests 9001 levels deep",
		strings.Repeat(`{"items":`, 9_000) + "{}" + strings.Repeat("}", 9_000):            "nests 9001 levels deep",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text)/8, func() {
			_, err := open(t, dir).Validate("v1.0", "microsoft.graph.x", parse(t, "{}"), schema.Options{})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%.30s: %.200v, want %s", text, err, want)
			}
		})
	}
}
