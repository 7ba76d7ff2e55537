package project

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func TestRecordingsGoWhereReplayFindsThem(t *testing.T) {
	p := lay(t, "-- cassettes/a/b.yaml --\n"+testkit.Cassette("/me")+"-- scenarios/x --\n")
	for name, want := range map[string]string{
		"users/list": "users/list.yaml", "users/list.yaml": "users/list.yaml", "a/b.yml": "a/b.yml", "a/ünï": "a/ünï.yaml",
		p.Dirs.Cassettes + "/users/list.yaml": "users/list.yaml", p.Dirs.Cassettes + "/a/../c.yaml": "c.yaml",
		"rulesbook": "rulesbook.yaml", "a/rules": "a/rules.yaml",
	} {
		if file, err := p.Destination(name); err != nil || file != p.Dirs.Cassettes+"/"+want {
			t.Errorf("%q: %s, %v, want %s", name, file, err, want)
		}
	}
	for name, why := range map[string]string{
		"": "hidden", "a/": "hidden", ".": "hidden", ".b": "hidden", "a/.b.yaml": "hidden",
		"../b": "outside", "/etc/b": "outside", p.Dirs.Root + "/b.yaml": "outside", "a/../../b": "outside",
		"rules": "the rules", "rules.yaml": "the rules", p.Dirs.Rules: "the rules",
	} {
		if file, err := p.Destination(name); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %s, %v, want an error with %q", name, file, err, why)
		}
	}
}

func TestRecordingsDoNotFollowLinksOut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making a link takes a privilege")
	}
	p := lay(t, "-- cassettes/a/b.yaml --\n"+testkit.Cassette("/me")+"-- outside/x --\n-- scenarios/x --\n")
	for link, to := range map[string]string{"out": "../outside", "in": "a", "file.yaml": "../outside/x", "none.yaml": "../outside/none", "own.yaml": "a/b.yaml"} {
		if err := os.Symlink(to, filepath.Join(p.Dirs.Cassettes, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"out/c", "file", "none"} {
		if file, err := p.Destination(name); err == nil {
			t.Errorf("a link out of the folder: %s", file)
		}
		if p.Dirs.PlainName(name) == nil {
			t.Errorf("%s passes for a name", name)
		}
	}
	for _, name := range []string{"in/c", "own"} {
		if _, err := p.Destination(name); err != nil {
			t.Errorf("a link within the folder: %v", err)
		}
		if err := p.Dirs.PlainName(name); err != nil {
			t.Error(err)
		}
	}
}

func TestPlainNames(t *testing.T) {
	p := lay(t, "-- cassettes/a/b.yaml --\n"+testkit.Cassette("/me")+"-- scenarios/x --\n")
	for _, name := range []string{"a/b", "new", "teams/ünï code", "a.b/c-d_e", "a/b.2"} {
		if err := p.Dirs.PlainName(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{
		"", "/", "/etc/passwd", "a/", "../go", "a/../b", "a/./b", ".git/x", "a/.b", "a//b", "a/b.yaml", "a/b.YML", `a\b`, `..\b`, "C:x", "a\x00b", "a\nb", "a\x1b[31m",
		"a\u202eb", "a*", "a?", "a|b", "a.", " a", "a ",
	} {
		if p.Dirs.PlainName(name) == nil {
			t.Errorf("%q passes for a name", name)
		}
	}
}
