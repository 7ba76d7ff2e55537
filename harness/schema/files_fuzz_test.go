package schema_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// FuzzSchemaFile: whatever a schema file holds, a value is judged by it or it is refused,
// soon and in little memory.
func FuzzSchemaFile(f *testing.F) {
	f.Add(`{"title":"microsoft.graph.x","type":"object","properties":{"id":{"type":"string","pattern":"^(a+)+$","minLength":1}}}`, `{"id":"aaaa!"}`)
	f.Add(`{"$ref":"#/$defs/b","$defs":{"a":{},"b":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}}`, `{}`)
	f.Add(`{"$ref":"microsoft.graph.x.json"}`, `{"id":1}`)
	f.Add(`{"items":{"items":{"$dynamicRef":"#"}},"x-graph":{"kind":"enum","members":["a"]}}`, `[[]]`)
	dir := f.TempDir()
	file := filepath.Join(dir, "v1.0", "microsoft.graph.x.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		doc, err := jsondoc.Parse(value)
		if err != nil {
			t.Skip()
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text)+len(value), func() {
			set := open(t, dir)
			_, _ = set.Validate("v1.0", "microsoft.graph.x", doc, schema.Options{})
		})
	})
}
