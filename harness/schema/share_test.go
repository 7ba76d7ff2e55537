package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// counting opens the shipped schemas and counts how often each file is compiled.
func counting(t *testing.T) (*Set, func() map[string]int) {
	t.Helper()
	set, err := Open("../../schemas")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	set.library.loaded = func(file string) { counts[file]++ }
	return set, func() map[string]int {
		set.mu.Lock()
		defer set.mu.Unlock()
		return counts
	}
}

func TestEachFileCompilesOnce(t *testing.T) {
	set, counts := counting(t)
	var group sync.WaitGroup
	for worker := range 64 {
		group.Go(func() {
			for _, api := range []string{"beta", "v1.0"} {
				types := set.Types(api)
				for i := range types {
					typ := types[(i+worker)%len(types)]
					if _, err := set.Validate(api, typ, map[string]any{"id": "x"}, Options{}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	files := len(set.Types("beta")) + len(set.Types("v1.0"))
	if len(counts()) != files {
		t.Errorf("%d files compiled, want %d", len(counts()), files)
	}
	for file, n := range counts() {
		if n != 1 {
			t.Errorf("%s compiled %d times", file, n)
		}
	}
}

func TestOnlyWhatIsUsedCompiles(t *testing.T) {
	set, counts := counting(t)
	if len(counts()) != 0 {
		t.Fatal("opening a folder compiles it")
	}
	doc := map[string]any{"members": []any{}, "operations": nil}
	if _, err := set.Validate("beta", "microsoft.graph.operationError", doc, Options{}); err != nil {
		t.Fatal(err)
	}
	if len(counts()) != 1 {
		t.Errorf("one small type compiles %v", counts())
	}
}

func TestThousandsOfFilesStayLazy(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "beta"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		text := fmt.Sprintf(`{"type": "object", "properties": {"next": {"type": "object", "x-graph": {"type": "n.t%d"}}}}`, i+1)
		if err := os.WriteFile(filepath.Join(dir, "beta", fmt.Sprintf("n.t%d.json", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	compiled := 0
	set.library.loaded = func(string) { compiled++ }
	doc := map[string]any{"next": map[string]any{"next": map[string]any{}}}
	if _, err := set.Validate("beta", "n.t7", doc, Options{}); err != nil || compiled != 3 {
		t.Errorf("compiled %d files of 1,000 (%v), want 3", compiled, err)
	}
}

func TestAFaultDoesNotSpoilOtherTypes(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "beta"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"bad.json":   `{"allOf": [{"$ref": "base.json"}], "properties": {"a": {"$ref": "base.json#nowhere"}, "b": {"type": "string"}}}`,
		"user.json":  `{"allOf": [{"$ref": "bad.json"}]}`,
		"base.json":  `{"type": "object", "properties": {"id": {"type": "string"}}}`,
		"fine.json":  `{"allOf": [{"$ref": "base.json"}]}`,
		"loop.json":  `{"allOf": [{"$ref": "loop2.json"}]}`,
		"loop2.json": `{"allOf": [{"$ref": "loop.json"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "beta", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, broken := range []string{"bad", "user", "loop", "loop2"} {
			if _, err := set.Validate("beta", broken, map[string]any{"b": 1}, Options{}); err == nil {
				t.Errorf("%s compiles", broken)
			}
		}
		violations, err := set.Validate("beta", "fine", map[string]any{"id": 1}, Options{})
		if err != nil || len(violations) != 1 || !strings.Contains(violations[0].File, "base.json") {
			t.Errorf("a sound type gives %v and %v", violations, err)
		}
	}
}
