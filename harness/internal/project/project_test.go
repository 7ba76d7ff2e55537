package project

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// lay writes the files of a txtar archive below a folder and opens it.
func lay(t *testing.T, files string) *Project {
	t.Helper()
	p, err := Open(Dirs{Root: testkit.Lay(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Scenarios without a name are told apart by their paths.
func TestUnnamedScenarios(t *testing.T) {
	dir := t.TempDir()
	const steps = "steps: [{request: {method: GET, path: /me}}]\n"
	for file, text := range map[string]string{
		"scenarios/a/list.yaml": "api: v1.0\n" + steps, "scenarios/b/list.yaml": "api: v1.0\n" + steps,
		"scenarios/top.yaml": "api: v1.0\n" + steps, "scenarios/b/named.yaml": "name: A name\napi: v1.0\n" + steps,
		"elsewhere/list.yaml": "api: v1.0\ncassette: a/list\n" + steps,
	} {
		at := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Open(Dirs{Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"scenarios/a/list.yaml": "a/list", "scenarios/b/list.yaml": "b/list", "scenarios/top.yaml": "top",
		"scenarios/b/named.yaml": "A name", "elsewhere/list.yaml": "list",
	} {
		sc, err := p.Scenario(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil || sc.Name != want {
			t.Errorf("%s: %v, %v, want %q", file, sc, err, want)
		}
	}
}

// A cassette's users are found whatever names it.
func TestUsersOf(t *testing.T) {
	const steps = "\nsteps: [{request: {method: GET, path: /me}}]\n"
	p := lay(t, "-- go.mod --\n-- scenarios/own.yaml --\napi: v1.0"+steps+"-- scenarios/other.yaml --\napi: v1.0"+steps+
		"-- scenarios/named.yaml --\napi: v1.0\ncassette: own"+steps+"-- scenarios/escaped.yaml --\napi: v1.0\n\"c\\x61ssette\": own"+steps+
		"-- scenarios/away.yaml --\napi: v1.0\ncassette: other"+steps+"-- scenarios/bad.yaml --\ncassette: own\n-- scenarios/unread.yaml --\n\t"+steps)
	var users []string
	for _, file := range p.UsersOf("own") {
		users = append(users, filepath.Base(file))
	}
	if want := []string{"escaped.yaml", "named.yaml", "own.yaml"}; !slices.Equal(users, want) {
		t.Errorf("%q, want %q", users, want)
	}
}

// What says nothing of cassettes is not parsed to find the users of one: each scenario that is
// recorded asks for them.
func TestUsersOfCostLittle(t *testing.T) {
	p := lay(t, "-- go.mod --\n-- scenarios/large.yaml --\napi: v1.0\nsteps:\n"+strings.Repeat("  - {request: {method: GET, path: /me}}\n", 1000))
	if n := testing.AllocsPerRun(1, func() { p.UsersOf("own") }); n > 500 {
		t.Errorf("%.0f allocations", n)
	}
}

// A project need not be a Go module, and ends with its git repository.
func TestOpenFindsTheRootWithoutModule(t *testing.T) {
	dir := t.TempDir()
	for _, made := range []string{"cassettes", "scenarios/deep", "tests/cassettes", "tests/x", "repo/.git", "repo/sub"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(made)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[string]string{
		".": "cassettes", "scenarios/deep": "../../cassettes", "tests/x": "../cassettes", "repo/sub": "cassettes",
	} {
		t.Run(from, func(t *testing.T) {
			t.Chdir(filepath.Join(dir, filepath.FromSlash(from)))
			p, err := Open(Dirs{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Dirs.Cassettes != want {
				t.Errorf("cassettes in %s, want %s", p.Dirs.Cassettes, want)
			}
		})
	}
}

// A file of rules that is a link to nothing is not passed over as if there were none.
func TestRulesBehindABrokenLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cassettes"), 0o755); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(dir, "cassettes", RulesFile)
	if err := os.Symlink(filepath.Join(dir, "gone.yaml"), rules); err != nil {
		t.Skip(err)
	}
	if _, err := Open(Dirs{Cassettes: filepath.Join(dir, "cassettes")}); err == nil || !strings.Contains(err.Error(), RulesFile) {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func TestOpenFindsTheRoot(t *testing.T) {
	dir := t.TempDir()
	for _, made := range []string{"scenarios/deep", "sub/other"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(made)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// A module without scenarios is not the project's.
	for _, module := range []string{"go.mod", "sub/go.mod"} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(module)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[string]string{".": "scenarios", "scenarios/deep": "../../scenarios", "sub/other": "../../scenarios"} {
		t.Run(from, func(t *testing.T) {
			t.Chdir(filepath.Join(dir, filepath.FromSlash(from)))
			p, err := Open(Dirs{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Dirs.Scenarios != want {
				t.Errorf("scenarios in %s, want %s", p.Dirs.Scenarios, want)
			}
		})
	}
}

func TestCassetteStaysInside(t *testing.T) {
	p := lay(t, "-- cassettes/a/b.yaml --\n"+testkit.Cassette("/me")+"-- outside.yaml --\n"+testkit.Cassette("/me")+"-- scenarios/x --\n")
	for _, name := range []string{"a/b", "a/b.yaml", p.Dirs.Root + "/outside.yaml"} {
		if c, err := p.Cassette(name); err != nil || len(c.Interactions) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"../outside", "a/../../outside", "/etc/passwd", "", "a", "a/c"} {
		if _, err := p.Cassette(name); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("../../outside.yaml", filepath.Join(p.Dirs.Cassettes, "a", "link.yaml")); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Cassette("a/link"); err == nil {
			t.Error("a link out of the folder: no error")
		}
	}
}

func TestLoadsOnceAndForgets(t *testing.T) {
	p := lay(t, "-- cassettes/a.yaml --\n"+testkit.Cassette("/me")+"-- scenarios/x --\n")
	file := p.Dirs.Cassettes + "/a.yaml"
	first, release, err := p.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			other, release, err := p.Load(file)
			if err != nil || other != first {
				t.Errorf("loaded again, or not at all: %v", err)
				return
			}
			release()
		})
	}
	group.Wait()
	release()
	if len(p.loaded.byFile) != 0 {
		t.Errorf("%d cassettes are kept", len(p.loaded.byFile))
	}
	if _, _, err := p.Load(p.Dirs.Cassettes + "/none.yaml"); err == nil || len(p.loaded.byFile) != 0 {
		t.Errorf("a file that is not there: %v, %d kept", err, len(p.loaded.byFile))
	}
}
