//go:build unix

package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWhatStandsInTheWay: a recording ends at once where there is no file but something else
// in the place of its journal, and says what.
func TestWhatStandsInTheWay(t *testing.T) {
	for want, put := range map[string]func(string) error{
		"is a pipe,":         func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"is a folder,":       func(name string) error { return os.Mkdir(name, 0o700) },
		"is a device,":       func(name string) error { return os.Symlink("/dev/zero", name) },
		"was cut short":      func(name string) error { return os.WriteFile(name, nil, 0o600) },
		"cut short and left": func(name string) error { return os.Symlink("nowhere", name) },
	} {
		file := filepath.Join(t.TempDir(), "x.yaml")
		if err := put(Of(file)); err != nil {
			t.Fatal(err)
		}
		if _, err := Create(file); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want that it %s", err, want)
		}
	}
}
