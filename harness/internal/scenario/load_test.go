package scenario

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

func TestLoadFiles(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "get-me.yaml")
	write(t, good, "api: v1.0\nsteps: [{request: {method: GET, path: /me}}]\n")
	sc, err := Load(good)
	if err != nil {
		t.Fatal(err)
	}
	if sc.File != good || sc.Name != "get-me" || sc.Cassette != "" {
		t.Errorf("file %s, name %s, cassette %s", sc.File, sc.Name, sc.Cassette)
	}

	if _, err := Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is %v", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a folder loads")
	}
	large := filepath.Join(dir, "large.yaml")
	write(t, large, "# "+strings.Repeat("x", MaxSize))
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), large) {
		t.Errorf("a huge file: %v", err)
	}
	bad := filepath.Join(dir, "bad.yaml")
	write(t, bad, "api: v1.0\nstep: []\n")
	_, err = Load(bad)
	if at := fault.Find(err); at == nil || at.File != bad || at.Line == 0 {
		t.Errorf("a bad file: %#v", err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
