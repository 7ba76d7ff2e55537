package importer

import (
	"os"
	"path/filepath"
	"testing"
)

// TestIncludes reads what pages include from the documentation around them, and nothing else.
func TestIncludes(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"secret.md": "secret", "docs/api-reference/includes/a.md": "a", "docs/api-reference/v1.0/includes/b.md": "b",
		"docs/api-reference/v1.0/api/c.md": "c", "docs/concepts/d.md": "d", "docs/secret.txt": "secret",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := includesOf(filepath.Join(dir, "docs/api-reference/v1.0/api/page.md"))
	for name, want := range map[string]string{
		"../../includes/a.md": "a", "../includes/b.md": "b", "c.md": "c", "../../../concepts/d.md": "d",
		"../../../../secret.md": "", "/secret.md": "", filepath.ToSlash(dir) + "/secret.md": "", "../../../secret.txt": "", "https://a.example/x.md": "", "../api": "", "none.md": "",
	} {
		if got, ok := read(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %t, want %q", name, got, ok, want)
		}
	}
	if got, ok := includesOf(filepath.Join(dir, "docs/page.md"))("../secret.md"); ok {
		t.Errorf("a page of no documentation includes %q from beside its folder", got)
	}
}
