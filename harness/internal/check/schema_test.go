package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/check"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// The lines of findings are those of the file, however it is laid out.
func TestSchemaLines(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "v1.0"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := `{"$schema": "https://json-schema.org/draft/2020-12/schema", "required": ["id"], "properties": {"size": {"type": "integer"}}}`
	if err := os.WriteFile(filepath.Join(dir, "v1.0", "n.thing.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	schemas, err := schema.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "answer.json")
	for text, want := range map[string]string{
		"{\n  \"id\": \"1\",\n  \"size\": \"three\"\n}":           "$['size'] 3",
		`{"id": "1", "size": "three"}`:                            "$['size'] 1",
		"{\"id\": \"1\",\n\n\n\"size\": \"three\"}":               "$['size'] 4",
		"{\"a\": [1,\n2], \"size\": 1}":                           "$['id'] 1",
		"{\"a\": 1,\n\"b\": {},\n\"size\": \"three\", \"id\": 1}": "$['size'] 3",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		result, err := check.Schema(schemas, file, "v1.0", "n.thing")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range result.Findings {
			got = append(got, fmt.Sprintf("%s %d", f.Where, f.Place.Line))
		}
		if found := strings.Join(got, ", "); found != want {
			t.Errorf("%s: got %s, want %s", text, found, want)
		}
	}
}
