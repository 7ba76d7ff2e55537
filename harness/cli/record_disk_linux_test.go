package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// manyReads is a scenario whose recording takes more than 16 KB.
func manyReads() string {
	var text strings.Builder
	text.WriteString("name: Many reads\napi: v1.0\nsteps:\n")
	for n := range 20 {
		fmt.Fprintf(&text, "  - request: {method: GET, path: /users, query: {$top: \"%d\"}}\n", n+1)
	}
	return text.String()
}

// recordOnSmallDisk is a project with the scenario "many", whose cassettes lie on a disk
// of 512 KB and were recorded once.
func recordOnSmallDisk(t *testing.T) (folder string, record func(args ...string) (status int, told string)) {
	t.Helper()
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { graph.Close() })
	dir := t.TempDir()
	folder = filepath.Join(dir, "cassettes")
	for _, made := range []string{folder, filepath.Join(dir, "scenarios")} {
		if err := os.Mkdir(made, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=512k"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, "scenarios", "many.yaml"), []byte(manyReads()), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_TOKEN", graph.AppToken())
	t.Chdir(dir)
	record = func(args ...string) (int, string) {
		var out, talk bytes.Buffer
		status := Run(t.Context(), append([]string{"record", "--base-url", graph.GraphURL()}, args...), Streams{Out: &out, Err: &talk})
		return status, out.String() + talk.String()
	}
	if status, told := record("many"); status != statusClean {
		t.Fatal(told)
	}
	return folder, record
}

// A full disk ends a recording with an error and a hint; the old cassette is whole, and
// what was recorded is recovered once there is room.
func TestRecordOnFullDisk(t *testing.T) {
	folder, record := recordOnSmallDisk(t)
	file := filepath.Join(folder, "many.yaml")
	old := readFile(t, file)
	filler := filepath.Join(folder, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for written, page := 0, make([]byte, 4096); ; written++ {
		if _, err := f.Write(page); err != nil {
			f.Truncate(int64(written-3) * 4096) // room for a few answers
			break
		}
	}
	f.Close()
	status, told := record("many")
	if status != statusCouldNot || !strings.Contains(told, "no space left on device") || !strings.Contains(told, "hint: what was recorded before is whole") {
		t.Errorf("status %d: %s", status, told)
	}
	if readFile(t, file) != old {
		t.Error("the old cassette changed")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if status, told := record("--recover", "many"); status != statusClean || !strings.Contains(told, "many.recovered.yaml (") {
		t.Errorf("status %d: %s", status, told)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 3 || readFile(t, file) != old {
		t.Errorf("left: %v", entries)
	}
}

// A folder that cannot be written ends a recording before anything is sent.
func TestRecordInReadOnlyFolder(t *testing.T) {
	folder, record := recordOnSmallDisk(t)
	file := filepath.Join(folder, "many.yaml")
	old := readFile(t, file)
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=512k"); err != nil {
		t.Fatal(err)
	}
	status, told := record("many")
	if status != statusCouldNot || !strings.Contains(told, "read-only file system") || !strings.Contains(told, "--cassettes names another") {
		t.Errorf("status %d: %s", status, told)
	}
	if strings.Contains(told, "step 1 of") || readFile(t, file) != old {
		t.Errorf("something was done: %s", told)
	}
}
