package cassette

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzFile: whatever lies in the place of a cassette, it is loaded or refused, soon and in
// little memory.
func FuzzFile(f *testing.F) {
	f.Add([]byte("---\nversion: 2\ninteractions:\n  - id: 0\n    request: {method: GET, url: https://graph.microsoft.com/v1.0/me}\n    response: {code: 200, body: '{}', duration: 1s}\ngraphvcr: {format: 1, origin: docs, tags: {a: b}}\n"))
	f.Add([]byte("version: 2\ninteractions: &a [*a]\n"))
	f.Add([]byte("version: 2\ninteractions:\n- request:\n    body: |\n\t\n"))
	f.Add([]byte("version: 2\n---\nversion: 2\n"))
	file := filepath.Join(f.TempDir(), "x.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text), func() {
			if c, err := Load(file); err == nil && c.File != file {
				t.Errorf("loaded as %q", c.File)
			}
			_, _ = LoadUnsealed(file)
		})
	})
}
