package cassette

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestManyValues: a file of another layout that holds more than memory has is refused before
// it is parsed.
func TestManyValues(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yaml")
	for _, text := range []string{"interactions:\n" + strings.Repeat("- {}\n", strictyaml.MostNodes), "interactions: [" + strings.Repeat("a,", strictyaml.MostNodes) + "]\n"} {
		if err := os.WriteFile(file, []byte("version: 2\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text)/1000, func() {
			if _, err := Load(file); err == nil || !strings.Contains(err.Error(), "more than 1000000 values") {
				t.Error(err)
			}
		})
	}
}
