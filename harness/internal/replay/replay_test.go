package replay

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// lay writes the files of a txtar archive below a folder and opens it.
func lay(t *testing.T, files string) *project.Project {
	t.Helper()
	p, err := project.Open(project.Dirs{Root: testkit.Lay(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func replayed(t *testing.T, p *project.Project, sel Selection) *report.Suite {
	t.Helper()
	suite, err := Run(t.Context(), p, sel)
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

// What one scenario leaves over another may use.
func TestUnusedOfASharedCassette(t *testing.T) {
	scenarios := "-- scenarios/a.yaml --\n" + testkit.Scenario("a", "shared", "/me") +
		"-- scenarios/b.yaml --\n" + testkit.Scenario("b", "shared", "/users") +
		"-- cassettes/shared.yaml --\n"
	for _, tc := range []struct {
		name  string
		files string
		sel   Selection
		want  []string
	}{
		{"all used", scenarios + testkit.Cassette("/me", "/users"), Selection{}, []string{"a passed", "b passed"}},
		{"one never used", scenarios + testkit.Cassette("/me", "/groups", "/users"), Selection{}, []string{"a passed replay.unused", "b passed"}},
		{"a part of the users", scenarios + testkit.Cassette("/me", "/groups", "/users"), Selection{Paths: []string{"a"}}, []string{"a passed"}},
		{
			"a user with a similar name", strings.ReplaceAll(scenarios, "/a.yaml", "/xshared.yaml") + testkit.Cassette("/me", "/groups", "/users"),
			Selection{Paths: []string{"xshared"}}, []string{"a passed"},
		},
		{"one fails", scenarios + testkit.Cassette("/me", "/groups"), Selection{}, []string{"a passed", "b failed replay.miss"}},
		{
			"its own", "-- scenarios/c.yaml --\n" + testkit.Scenario("c", "", "/me") + "-- cassettes/c.yaml --\n" + testkit.Cassette("/me", "/me", "/users"),
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
func many(t *testing.T, n int, bad ...int) *project.Project {
	var files strings.Builder
	for i := range n {
		path := fmt.Sprintf("/users/%d", i)
		fmt.Fprintf(&files, "-- cassettes/s%02d.yaml --\n%s", i, testkit.Cassette(path))
		for _, b := range bad {
			if b == i {
				path = "/groups/1"
			}
		}
		fmt.Fprintf(&files, "-- scenarios/s%02d.yaml --\n%s", i, testkit.Scenario(fmt.Sprintf("n%02d", i), "", path))
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

func TestReplayReportsProgress(t *testing.T) {
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
	_, err := Run(ctx, p, Selection{Parallel: 1, Progress: func(done, _ int, _ report.Case) {
		if done == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
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
	j := &job{file: "a.yaml", sc: &scenario.Scenario{Name: "a"}, cassette: "a.yaml"} // cannot load
	j.run(t.Context(), &project.Project{}, &inputs{}, false)
	if j.result.Status != report.Errored || j.result.Findings[0].Rule != "run.internal" {
		t.Errorf("%+v", j.result)
	}
}

// A cassette's recorded values stand in for the scenario's and the environment's.
func TestRecordedVariables(t *testing.T) {
	t.Setenv("PROJECT_TEST_USER", "from-the-environment")
	scenario := "-- scenarios/a.yaml --\n" + strings.Replace(testkit.Scenario("a", "", "/users/{user}"), "steps:", "vars: {user: \"{env.PROJECT_TEST_USER}\"}\nsteps:", 1)
	recorded := strings.Replace(testkit.Cassette("/users/recorded"), "interactions:", "graphvcr: {format: 1, origin: recorded, vars: {user: recorded}}\ninteractions:", 1)
	for name, tape := range map[string]string{"recorded": recorded, "environment": testkit.Cassette("/users/from-the-environment")} {
		t.Run(name, func(t *testing.T) {
			suite := replayed(t, lay(t, scenario+"-- cassettes/a.yaml --\n"+tape), Selection{})
			if diff := cmp.Diff([]string{"a passed"}, outline(suite)); diff != "" {
				t.Errorf("%s %+v", diff, suite.Cases[0].Findings)
			}
		})
	}
}
