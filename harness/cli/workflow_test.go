package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// scriptsOf are the shell scripts of a workflow's steps, in order.
func scriptsOf(t *testing.T, name string) []string {
	t.Helper()
	text, err := workflowFiles.ReadFile("workflow/" + name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	type step struct{ Run, Bash string }
	var workflow struct {
		Steps []step
		Jobs  map[string]struct{ Steps []step }
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatal(err)
	}
	var scripts []string
	for _, s := range append(workflow.Steps, workflow.Jobs["drift"].Steps...) {
		if s.Run+s.Bash != "" {
			scripts = append(scripts, s.Run+s.Bash)
		}
	}
	return scripts
}

// TestWorkflows runs the scripts of the nightly jobs as far as this machine can: against a
// stand-in that changed, with a repository beside it to push to.
func TestWorkflows(t *testing.T) {
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	for name := range driftWorkflows {
		t.Run(name, func(t *testing.T) {
			scripts := scriptsOf(t, name)
			if len(scripts) != 2 {
				t.Fatalf("the job has %d scripts, want two: compare, propose", len(scripts))
			}
			job := newJob(t)
			told := job.run(scripts[0])
			if !strings.Contains(told, "businessPhones is gone") && !strings.Contains(job.read("drift.md"), "businessPhones is gone") {
				t.Errorf("the change was not told: %s", told)
			}
			if name == "github" {
				if out := job.read("output"); out != "status=1\n" {
					t.Errorf("the job's output is %q", out)
				}
				if !strings.Contains(job.read("summary"), "graphvcr drift: 1 scenario") {
					t.Error("the job's summary does not hold the report")
				}
			} else if !strings.Contains(told, "##vso[task.setvariable variable=drift]1") {
				t.Errorf("the status is not set: %s", told)
			}
			job.run(scripts[1])
			if proposed := job.git("show", "origin/graph-drift:cassettes/users/one.yaml"); !strings.Contains(proposed, `"member1-`) {
				t.Error("the branch does not hold the new recording")
			}
			if changed := job.git("diff", "--name-only", "origin/main", "origin/graph-drift"); changed != "cassettes/users/one.yaml\n" {
				t.Errorf("the branch changes %q", changed)
			}
			if asked := job.read("asked"); !strings.Contains(asked, "pr create") {
				t.Errorf("no pull request was asked for: %q", asked)
			}
		})
	}
}

// job is a checkout on a build machine whose service has changed since it was recorded.
type job struct {
	t   *testing.T
	dir string
	env []string
}

const oneRead = `name: One read
api: v1.0
steps:
  - name: read
    request: {method: GET, path: /users/alder.finch@contoso.onmicrosoft.com, headers: {X-Test-Answer: none}}
    expect: {status: 200}
`

func newJob(t *testing.T) *job {
	t.Helper()
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 1, Alter: alter})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { graph.Close() })
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	j := &job{t: t, dir: filepath.Join(root, "checkout"), env: append(os.Environ(),
		"PATH="+filepath.Join(root, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+root, "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GRAPHVCR_TOKEN="+graph.AppToken(), "GRAPH="+graph.GraphURL(), "CI=true", "GRAPHVCR_RECORD_IN_CI=1",
		"GITHUB_STEP_SUMMARY="+filepath.Join(root, "checkout", "summary"), "GITHUB_OUTPUT="+filepath.Join(root, "checkout", "output"))}
	for _, dir := range []string{"bin", "checkout/scenarios/users"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(exe, filepath.Join(root, "bin", "graphvcr")); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	for _, tool := range []string{"gh", "az"} {
		script := "#!/bin/sh\necho \"$@\" >> '" + filepath.Join(j.dir, "asked") + "'\n"
		if err := os.WriteFile(filepath.Join(root, "bin", tool), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	j.write("go.mod", "module example.test\n")
	j.write("scenarios/users/one.yaml", oneRead)
	j.run("graphvcr record users/one --base-url $GRAPH")
	j.write("scenarios/users/one.yaml", strings.Replace(oneRead, "none", "changed", 1))
	j.run("git init -q -b main && git add go.mod scenarios cassettes && git -c user.name=a -c user.email=a@b.example commit -q -m first && " +
		"git init -q --bare ../origin && git remote add origin ../origin && git push -q origin main")
	return j
}

func (j *job) write(name, text string) {
	j.t.Helper()
	if err := os.WriteFile(filepath.Join(j.dir, name), []byte(text), 0o644); err != nil {
		j.t.Fatal(err)
	}
}

func (j *job) read(name string) string {
	j.t.Helper()
	text, err := os.ReadFile(filepath.Join(j.dir, name))
	if err != nil {
		j.t.Fatal(err)
	}
	return string(text)
}

// run runs a script as the build machine's shell would, with this command in the place of
// the released one and the stand-in in that of Graph.
func (j *job) run(script string) string {
	j.t.Helper()
	script = strings.ReplaceAll(script, "go run github.com/graphvcr/graphvcr/cmd/graphvcr@latest drift scenarios", "graphvcr drift scenarios --base-url $GRAPH")
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = j.dir, j.env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		j.t.Fatalf("%v: %s", err, said.String())
	}
	return said.String()
}

func (j *job) git(args ...string) string {
	j.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = j.dir, j.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		j.t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return string(out)
}

// TestReplayWorkflows runs the scripts of the jobs that replay in shards: one of them fails,
// and then one is lost.
func TestReplayWorkflows(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	project, err := filepath.Abs(filepath.Join("testdata", "project"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range replayWorkflows {
		t.Run(name, func(t *testing.T) {
			shard, merge := replayScripts(t, name)
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(project)); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.Mkdir(filepath.Join(dir, "bin"), 0o755), os.Symlink(exe, filepath.Join(dir, "bin", "graphvcr"))); err != nil {
				t.Skipf("no symbolic links: %v", err)
			}
			run := func(script string, env ...string) (string, error) {
				script = strings.ReplaceAll(script, "go run github.com/graphvcr/graphvcr/cmd/graphvcr@latest ", "graphvcr ")
				cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
				cmd.Dir = dir
				cmd.Env = append(append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
					"GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary")), env...)
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			for _, n := range []string{"1", "2", "3", "4"} {
				number := n // GitHub's is of the matrix: 2/4
				if name == "github" {
					number += "/4"
				}
				if out, err := run(shard, "SHARD="+number, "SHARDS=4", "CI_NODE_INDEX="+n, "CI_NODE_TOTAL=4"); err != nil {
					t.Fatalf("shard %s: %v: %s", n, err, out)
				}
				kept := map[string]string{"github": "shards", "gitlab": ".", "azure": "shards/graph-shard-" + n}[name]
				err := os.MkdirAll(filepath.Join(dir, kept), 0o755)
				if err := errors.Join(err, os.Rename(filepath.Join(dir, "shard-"+n+".json"), filepath.Join(dir, kept, "shard-"+n+".json"))); err != nil {
					t.Fatal(err)
				}
			}
			if out, err := run(merge); err != nil || name != "github" && !strings.Contains(out, "2 scenarios: 2 passed") {
				t.Errorf("%v: %s", err, out)
			}
			for _, file := range []string{"replay.html", "replay.xml"} {
				if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
					t.Error(err)
				}
			}
			lost, err := filepath.Glob(filepath.Join(dir, map[string]string{"github": "shards", "gitlab": ".", "azure": "shards/*"}[name], "shard-3.json"))
			if err != nil || len(lost) != 1 || os.Remove(lost[0]) != nil {
				t.Fatalf("%q, %v", lost, err)
			}
			if out, err := run(merge); err == nil || !strings.Contains(out, "of 4 shards 3 is missing") {
				t.Errorf("without a shard: %v: %s", err, out)
			}
		})
	}
}

// replayScripts are those of a shard and of the report.
func replayScripts(t *testing.T, name string) (shard, merge string) {
	t.Helper()
	text, err := workflowFiles.ReadFile("workflow/replay-" + name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, inner := range v {
				look(inner)
			}
		case []any:
			for _, inner := range v {
				look(inner)
			}
		case string:
			switch {
			case strings.Contains(v, "graphvcr@latest replay"):
				shard = v
			case strings.Contains(v, "graphvcr@latest report merge"):
				merge = v
			}
		}
	}
	look(doc)
	return shard, merge
}
