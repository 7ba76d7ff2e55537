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

// A night is what the service does while the job runs, and what the job makes of it.
type night struct {
	name    string
	answer  string // the value of X-Test-Answer, which the service obeys
	down    bool
	status  string // of graphvcr drift
	told    string // what the report says
	changes string // the files that the pull request changes; "" for no pull request
	fails   bool   // the job
	expects string // a status that the scenario expects in place of 200
	another bool   // there is a scenario too that was never recorded
}

var nights = []night{
	{name: "nothing changed", answer: "none", status: "0"},
	{name: "a property is lost", answer: "changed", status: "1", told: "businessPhones is gone", changes: "cassettes/users/one.yaml\n"},
	{name: "a status changed", answer: `"403"`, status: "1", told: "answers 403", changes: "cassettes/users/one.yaml\n"},
	{name: "the token is refused", answer: `"401"`, status: "2", told: "nothing was exchanged", fails: true},
	{name: "the service hangs up", answer: "close", status: "2", told: "nothing was exchanged", fails: true},
	{name: "a scenario fails by itself", answer: "none", expects: "204", status: "1", told: "does not pass", fails: true},
	{name: "some compared, some not", answer: "changed", another: true, status: "2", told: "businessPhones is gone", changes: "cassettes/users/one.yaml\n", fails: true},
	{name: "the service is down", down: true, answer: "none", status: "2", told: "nothing was exchanged", fails: true},
}

// TestWorkflows runs the scripts of the nightly jobs as far as this machine can: against a
// service that changed in one way a night, with a repository beside it to push to.
func TestWorkflows(t *testing.T) {
	for _, tool := range []string{"bash", "git", "tar"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	for name := range driftWorkflows {
		scripts := scriptsOf(t, name)
		if len(scripts) != 3 {
			t.Fatalf("the job %s has %d scripts, want three: compare, propose, fail", name, len(scripts))
		}
		for _, n := range nights {
			t.Run(name+"/"+n.name, func(t *testing.T) {
				t.Parallel()
				n.check(t, name, scripts)
			})
		}
	}
}

func (n night) check(t *testing.T, name string, scripts []string) {
	job := newJob(t)
	text := strings.Replace(oneRead, "none", n.answer, 1)
	if n.expects != "" {
		text = strings.Replace(text, "status: 200", "status: "+n.expects, 1)
	}
	job.write("scenarios/users/one.yaml", text)
	scenarios := "1 scenario"
	if n.another {
		job.write("scenarios/users/two.yaml", strings.Replace(oneRead, "One read", "Never recorded", 1))
		scenarios = "2 scenarios"
	}
	if n.down {
		job.env = append(job.env, "GRAPH=http://127.0.0.1:1")
	}
	told := job.run(scripts[0])
	if report := job.read("drift.md"); !strings.Contains(report, n.told) {
		t.Errorf("the report does not say %q: %s", n.told, report)
	}
	if name == "github" {
		if out := job.read("output"); out != "status="+n.status+"\n" {
			t.Errorf("the job's output is %q", out)
		}
		if !strings.Contains(job.read("summary"), "graphvcr drift: "+scenarios) {
			t.Error("the job's summary does not hold the report")
		}
	} else if !strings.Contains(told, "##vso[task.setvariable variable=drift]"+n.status) {
		t.Errorf("the status is not set: %s", told)
	}
	if n.status == "0" { // the conditions of the other steps do not hold
		return
	}
	told = job.run(scripts[1])
	proposed := strings.Contains(told+job.readIf("output"), "proposed=yes") || strings.Contains(told, "variable=proposed]yes")
	if proposed != (n.changes != "") || proposed != strings.Contains(job.readIf("asked"), "pr create") {
		t.Errorf("proposed %t: %s", proposed, told)
	}
	if proposed {
		if changed := job.git("diff", "--name-only", "origin/main", "origin/graph-drift"); changed != n.changes {
			t.Errorf("the branch changes %q", changed)
		}
		job.env = append(job.env, "PROPOSED=yes")
	}
	job.env = append(job.env, "STATUS="+n.status)
	if said, err := job.try(scripts[2]); (err != nil) != n.fails {
		t.Errorf("the job ends with %v: %s", err, said)
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
		"GITHUB_STEP_SUMMARY="+filepath.Join(root, "checkout", "summary"), "GITHUB_OUTPUT="+filepath.Join(root, "checkout", "output"),
		"RUNNER_TEMP="+filepath.Join(root, "temp"), "AGENT_TEMPDIRECTORY="+filepath.Join(root, "temp"), "GRAPHVCR=github.com/graphvcr/graphvcr/cmd/graphvcr@v1.2.3")}
	for _, dir := range []string{"bin", "temp", "checkout/scenarios/users"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(exe, filepath.Join(root, "bin", "graphvcr")); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	installed := "#!/bin/sh\nmkdir -p \"$GOBIN\" && ln -s '" + filepath.Join(root, "bin", "graphvcr") + "' \"$GOBIN/graphvcr\"\n"
	asked := "#!/bin/sh\necho \"$@\" >> '" + filepath.Join(j.dir, "asked") + "'\n"
	for tool, script := range map[string]string{"gh": asked, "az": asked, "go": installed} {
		if err := os.WriteFile(filepath.Join(root, "bin", tool), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	j.write("go.mod", "module example.test\n")
	j.write("scenarios/users/one.yaml", oneRead)
	j.run("graphvcr record users/one --base-url $GRAPH")
	j.write("cassettes/.gitignore", "*.journal\n") // which is the project's own
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

// readIf is a file that need not be there.
func (j *job) readIf(name string) string {
	text, _ := os.ReadFile(filepath.Join(j.dir, name))
	return string(text)
}

// run runs a script that has to succeed.
func (j *job) run(script string) string {
	j.t.Helper()
	said, err := j.try(script)
	if err != nil {
		j.t.Fatalf("%v: %s", err, said)
	}
	return said
}

// try runs a script as the build machine's shell would, with this command as what go
// installs and the emulator in the place of Graph.
func (j *job) try(script string) (string, error) {
	script = strings.ReplaceAll(script, "drift scenarios", "drift scenarios --base-url $GRAPH")
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = j.dir, j.env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	return said.String(), err
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
	if err := yaml.Unmarshal(bytes.ReplaceAll(text, []byte("{{version}}"), []byte("latest")), &doc); err != nil {
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
