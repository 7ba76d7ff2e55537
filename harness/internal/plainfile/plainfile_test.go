//go:build unix

package plainfile_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

func TestReadFile(t *testing.T) {
	dir, err := os.MkdirTemp("", "regular") // a socket's name is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	in := func(name string) string { return filepath.Join(dir, name) }
	listener, err := net.Listen("unix", in("socket"))
	if err := errors.Join(err,
		os.WriteFile(in("file"), []byte("text"), 0o600), os.Mkdir(in("folder"), 0o700), syscall.Mkfifo(in("pipe"), 0o600),
		os.Symlink("file", in("link")), os.Symlink("pipe", in("pipelink")), os.Symlink("/dev/zero", in("zero"))); err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]string{
		"file": "", "link": "", "folder": "this is a folder, not a file", "pipe": "this is a pipe, not a file", "pipelink": "this is a pipe, not a file",
		"socket": "this is a socket, not a file", "none": "no such file",
	} {
		for _, read := range []func() ([]byte, error){
			func() ([]byte, error) { return plainfile.ReadFile(in(name)) },
			func() ([]byte, error) { return plainfile.ReadFileIn(root, name) },
		} {
			text, err := read()
			if want == "" && (err != nil || string(text) != "text") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %q, %v, want %q", name, text, err, want)
			}
			if kind := new(plainfile.KindError); errors.As(err, &kind) == errors.Is(err, fs.ErrNotExist) && want != "" {
				t.Errorf("%s: %#v", name, err)
			}
		}
	}
	if _, err := plainfile.ReadFile(in("zero")); err == nil || !strings.Contains(err.Error(), "this is a device, not a file") {
		t.Errorf("a link to a device: %v", err)
	}
	if text, err := plainfile.ReadFile(os.DevNull); err != nil || len(text) > 0 {
		t.Errorf("the null device: %q, %v", text, err)
	}
}

// TestLargeFiles: a file that is read whole has an end, however large it is.
func TestLargeFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(name, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 1<<40); err != nil { // sparse: nothing is written
		t.Skip(err)
	}
	if text, err := plainfile.ReadFile(name); err == nil || !strings.Contains(err.Error(), "more than the 64 MB") {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}
