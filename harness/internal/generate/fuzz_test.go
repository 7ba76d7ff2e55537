package generate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzOverlay: whatever an overlay holds, it is laid over its schema or refused.
func FuzzOverlay(f *testing.F) {
	f.Add(`{"properties": {"size": {"minimum": 1}}}`)
	f.Add(`{"properties": null, "a": {"b": {"c": null}}}`)
	f.Add(`[1]`)
	dir := f.TempDir()
	file := filepath.Join(dir, "overlay", "microsoft.graph.x.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		f.Fatal(err)
	}
	model, err := csdl.Parse(strings.NewReader(`<Edmx Version="4.0"><DataServices><Schema Namespace="microsoft.graph"><ComplexType Name="x"><Property Name="size" Type="Edm.Int32"/></ComplexType></Schema></DataServices></Edmx>`), "x")
	if err != nil {
		f.Fatal(err)
	}
	files := generate.Schemas(model)
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text), func() { _, _ = generate.Write(dir, files, true) })
	})
}
