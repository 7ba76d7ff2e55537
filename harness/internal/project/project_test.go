package project

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// lay writes the files of a txtar archive below a folder and opens it.
func lay(t *testing.T, files string) *Project {
	t.Helper()
	dir := t.TempDir()
	if err := txtar.Write(txtar.Parse([]byte(files)), dir); err != nil {
		t.Fatal(err)
	}
	p, err := Open(Dirs{Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// get is a scenario with one GET a path.
func get(name, cassette string, paths ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\napi: beta\n", name)
	if cassette != "" {
		fmt.Fprintf(&b, "cassette: %s\n", cassette)
	}
	b.WriteString("steps:\n")
	for _, path := range paths {
		fmt.Fprintf(&b, "  - {name: get, request: {method: GET, path: %q}, expect: {status: 200}}\n", path)
	}
	return b.String()
}

// tapeOf is a cassette that answers a GET of each path with {}.
func tapeOf(paths ...string) string {
	var b strings.Builder
	b.WriteString("version: 2\ninteractions:\n")
	for i, path := range paths {
		fmt.Fprintf(&b, "  - id: %d\n    request: {method: GET, url: \"https://graph.microsoft.com/beta%s\"}\n", i, path)
		b.WriteString("    response: {code: 200, headers: {Content-Type: [application/json]}, body: \"{}\", duration: 0s}\n")
	}
	return b.String()
}

func replayed(t *testing.T, p *Project, sel Selection) *report.Suite {
	t.Helper()
	suite, err := p.Replay(t.Context(), sel)
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// outline is a suite as "name status rule,rule".
func outline(s *report.Suite) []string {
	var all []string
	for _, c := range s.Cases {
		line := c.Name + " " + string(c.Status)
		for _, f := range c.Findings {
			line += " " + string(f.Rule)
		}
		all = append(all, line)
	}
	return all
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
	p := lay(t, "-- cassettes/a/b.yaml --\n"+tapeOf("/me")+"-- outside.yaml --\n"+tapeOf("/me")+"-- scenarios/x --\n")
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

func TestShelfLoadsOnceAndForgets(t *testing.T) {
	p := lay(t, "-- cassettes/a.yaml --\n"+tapeOf("/me")+"-- scenarios/x --\n")
	file := p.Dirs.Cassettes + "/a.yaml"
	first, release, err := p.tapes.take(file, p.Rules.Match)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			other, release, err := p.tapes.take(file, p.Rules.Match)
			if err != nil || other != first {
				t.Errorf("loaded again, or not at all: %v", err)
				return
			}
			release()
		})
	}
	group.Wait()
	release()
	if len(p.tapes.slots) != 0 {
		t.Errorf("%d cassettes are kept", len(p.tapes.slots))
	}
	if _, _, err := p.tapes.take(p.Dirs.Cassettes+"/none.yaml", p.Rules.Match); err == nil || len(p.tapes.slots) != 0 {
		t.Errorf("a file that is not there: %v, %d kept", err, len(p.tapes.slots))
	}
}

// What one scenario leaves over another may use.
func TestUnusedOfASharedCassette(t *testing.T) {
	scenarios := "-- scenarios/a.yaml --\n" + get("a", "shared", "/me") +
		"-- scenarios/b.yaml --\n" + get("b", "shared", "/users") +
		"-- cassettes/shared.yaml --\n"
	for _, tc := range []struct {
		name  string
		files string
		sel   Selection
		want  []string
	}{
		{"all used", scenarios + tapeOf("/me", "/users"), Selection{}, []string{"a passed", "b passed"}},
		{"one never used", scenarios + tapeOf("/me", "/groups", "/users"), Selection{}, []string{"a passed replay.unused", "b passed"}},
		{"a part of the users", scenarios + tapeOf("/me", "/groups", "/users"), Selection{Paths: []string{"a"}}, []string{"a passed"}},
		{
			"a user with a similar name", strings.ReplaceAll(scenarios, "/a.yaml", "/xshared.yaml") + tapeOf("/me", "/groups", "/users"),
			Selection{Paths: []string{"xshared"}}, []string{"a passed"},
		},
		{"one fails", scenarios + tapeOf("/me", "/groups"), Selection{}, []string{"a passed", "b failed replay.miss"}},
		{
			"its own", "-- scenarios/c.yaml --\n" + get("c", "", "/me") + "-- cassettes/c.yaml --\n" + tapeOf("/me", "/me", "/users"),
			Selection{Paths: []string{"c"}}, []string{"c passed replay.leftover replay.unused"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, outline(replayed(t, lay(t, tc.files), tc.sel))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// many is a project of n scenarios, of which those at bad miss.
func many(t *testing.T, n int, bad ...int) *Project {
	var files strings.Builder
	for i := range n {
		path := fmt.Sprintf("/users/%d", i)
		fmt.Fprintf(&files, "-- cassettes/s%02d.yaml --\n%s", i, tapeOf(path))
		for _, b := range bad {
			if b == i {
				path = "/groups/1"
			}
		}
		fmt.Fprintf(&files, "-- scenarios/s%02d.yaml --\n%s", i, get(fmt.Sprintf("n%02d", i), "", path))
	}
	return lay(t, files.String())
}

func TestShardsArePartition(t *testing.T) {
	p := many(t, 11)
	for _, total := range []int{1, 2, 3, 11, 12} {
		seen := map[string]int{}
		for shard := 1; shard <= total; shard++ {
			for _, c := range replayed(t, p, Selection{Shard: shard, Total: total}).Cases {
				seen[c.Name]++
			}
		}
		if len(seen) != 11 {
			t.Errorf("%d shards hold %d scenarios", total, len(seen))
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("%d shards: %s ran %d times", total, name, n)
			}
		}
	}
}

func TestFailFastIsTheSameOnEveryRun(t *testing.T) {
	p := many(t, 30, 4, 6, 20)
	want := outline(replayed(t, p, Selection{FailFast: true, Parallel: 1}))
	if want[4] != "n04 failed replay.miss" || want[3] != "n03 passed" || want[5] != "n05 skipped" || want[29] != "n29 skipped" {
		t.Fatalf("%q", want)
	}
	for range 20 {
		if diff := cmp.Diff(want, outline(replayed(t, p, Selection{FailFast: true, Parallel: 16}))); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestReplayTellsProgress(t *testing.T) {
	p := many(t, 9, 3)
	var seen []int
	failed := 0
	replayed(t, p, Selection{Parallel: 4, Progress: func(done, total int, c report.Case) {
		seen = append(seen, done)
		if total != 9 {
			t.Errorf("total %d", total)
		}
		if c.Status == report.Failed {
			failed++
		}
	}})
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7, 8, 9}, seen); diff != "" || failed != 1 {
		t.Errorf("failed %d, done %s", failed, diff)
	}
}

func TestReplayIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := many(t, 9)
	_, err := p.Replay(ctx, Selection{Parallel: 1, Progress: func(done, _ int, _ report.Case) {
		if done == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if len(p.tapes.slots) != 0 {
		t.Errorf("%d cassettes are kept", len(p.tapes.slots))
	}
}

func TestRunSelectsByNameAndFile(t *testing.T) {
	p := many(t, 5)
	for pattern, want := range map[string]int{"n0[12]": 2, `s03\.yaml$`: 1, "": 5} {
		sel := Selection{}
		if pattern != "" {
			sel.Run = regexp.MustCompile(pattern)
		}
		if got := len(replayed(t, p, sel).Cases); got != want {
			t.Errorf("%q: %d scenarios, want %d", pattern, got, want)
		}
	}
}

// A fault of our own is a case that could not be run, not the end of the run.
func TestReplaySurvivesAPanic(t *testing.T) {
	j := &job{file: "a.yaml", sc: &scenario.Scenario{Name: "a"}, tape: "a.yaml"} // lacks its slot
	(&Project{}).runJob(t.Context(), j, &inputs{}, false)
	if j.result.Status != report.Errored || j.result.Findings[0].Rule != "run.internal" {
		t.Errorf("%+v", j.result)
	}
}

// A cassette's recorded values stand in for the scenario's and the environment's.
func TestRecordedVariables(t *testing.T) {
	t.Setenv("PROJECT_TEST_USER", "from-the-environment")
	scenario := "-- scenarios/a.yaml --\n" + strings.Replace(get("a", "", "/users/{user}"), "steps:", "vars: {user: \"{env.PROJECT_TEST_USER}\"}\nsteps:", 1)
	recorded := strings.Replace(tapeOf("/users/recorded"), "interactions:", "graphvcr: {format: 1, origin: recorded, vars: {user: recorded}}\ninteractions:", 1)
	for name, tape := range map[string]string{"recorded": recorded, "environment": tapeOf("/users/from-the-environment")} {
		t.Run(name, func(t *testing.T) {
			suite := replayed(t, lay(t, scenario+"-- cassettes/a.yaml --\n"+tape), Selection{})
			if diff := cmp.Diff([]string{"a passed"}, outline(suite)); diff != "" {
				t.Errorf("%s %+v", diff, suite.Cases[0].Findings)
			}
		})
	}
}

// answering answers everything alike.
type answering struct{ body string }

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// TestVariablesReplayWhereTheyStand: a variable is stored as it stands in the recorded
// requests: as a word where it is one of a path, an option or an enumeration, by its
// pseudonym elsewhere, and replays from a clean environment.
func TestVariablesReplayWhereTheyStand(t *testing.T) {
	for name, tc := range map[string]struct{ value, request, stored string }{
		"a word of a path":       {"me", "{method: GET, path: \"/{v}\"}", "me"},
		"within a path":          {"inbox", "{method: GET, path: \"/me/mailFolders/{v}/messages\"}", "inbox"},
		"an option":              {"displayName", "{method: GET, path: /users, query: {$select: \"{v}\"}}", ""},
		"a word of an enum":      {"group", "{method: POST, path: /chats, body: {chatType: \"{v}\"}}", ""},
		"a name in a path":       {"adele@fabrikam.com", "{method: GET, path: \"/users/{v}\"}", "user1"},
		"a name in a filter":     {"adele@fabrikam.com", "{method: GET, path: /users, query: {$filter: \"mail eq '{v}'\"}}", "user1"},
		"a text of a body":       {"Budget of Zanzibar", "{method: POST, path: /chats, body: {topic: \"{v}\"}}", "Text"},
		"a word, and in a body":  {"me", "{method: POST, path: \"/{v}/sendMail\", body: {message: {subject: \"{v}\"}}}", "me"},
		"a word, in a reference": {"me", "{method: POST, path: /chats, body: {\"user@odata.bind\": \"https://graph.microsoft.com/v1.0/{v}\"}}", "me"},
	} {
		for from, declared := range map[string]string{"environment": "{env.PROJECT_TEST_V}", "scenario": tc.value} {
			if from == "environment" && tc.stored == "" {
				continue // only its member tells that it is a word
			}
			t.Run(name+" from the "+from, func(t *testing.T) {
				t.Setenv("PROJECT_TEST_V", tc.value)
				p := lay(t, fmt.Sprintf("-- scenarios/a.yaml --\nname: a\napi: v1.0\nvars: {v: %q}\nsteps:\n  - {name: one, request: %s, expect: {status: 200}}\n-- cassettes/x --\n", declared, tc.request))
				told, err := p.Record(t.Context(), p.Dirs.Scenarios+"/a.yaml", Live{Carrier: func(string) http.RoundTripper { return answering{"{}"} }})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range told.Findings {
					if f.Severity > report.Note {
						t.Errorf("%s: %s", f.Rule, f.Sentence())
					}
				}
				t.Setenv("PROJECT_TEST_V", "unset")
				if got := outline(replayed(t, p, Selection{})); !slices.Equal(got, []string{"a passed"}) {
					t.Errorf("replayed: %v\n%s", got, read(t, p.Dirs.Cassettes+"/a.yaml"))
				}
				c, err := cassette.Load(p.Dirs.Cassettes + "/a.yaml")
				if err != nil {
					t.Fatal(err)
				}
				if got := c.Meta.Vars["v"]; from == "environment" && !strings.HasPrefix(got, tc.stored) {
					t.Errorf("stored %q, want %s", got, tc.stored)
				}
			})
		}
	}
}
