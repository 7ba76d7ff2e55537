package journal

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What was removed is not in use any more: not by the sync of a moment ago either.
func TestRemoveDuringSync(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yaml")
	for range 5 {
		j, err := Create(file)
		if err != nil {
			t.Fatal(err)
		}
		i := sample(0, "")
		i.Response.Body = strings.Repeat("x", 8<<20)
		if err := j.Append(0, NoRetry, i, nil); err != nil {
			t.Fatal(err)
		}
		j.syncing.Reset(0)
		for begun := false; !begun; runtime.Gosched() {
			j.mu.Lock()
			begun = j.syncing == nil
			j.mu.Unlock()
		}
		if err := j.Remove(); err != nil {
			t.Fatal(err)
		}
		used, err := filepath.Glob("/proc/self/fd/*")
		if err != nil || len(used) == 0 {
			t.Skip("no list of open files")
		}
		for _, name := range used {
			if to, _ := os.Readlink(name); strings.HasPrefix(to, j.name) {
				t.Fatalf("%s is in use", to)
			}
		}
	}
}
