package drift_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/report"
)

const oneRecording = `version: 2
graphvcr: {format: 1, origin: recorded}
interactions:
  - id: 0
    request: {method: GET, url: https://graph.microsoft.com/v1.0/me}
    response: {code: 200, headers: {Content-Type: [application/json]}, body: '{"id":"%s","userType":"%s"}', duration: 0s}
`

// repository is a new one, in which the test runs from now on, with a cassette's versions
// as its commits.
func repository(t *testing.T, versions ...string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	var stream strings.Builder
	for n, text := range versions {
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter a <a@b.example> %d +0000\ndata <<end\nversion %d\nend\n\nM 644 inline tape.yaml\ndata %d\n%s\n", 1_700_000_000+n*86400, n, len(text), text)
	}
	run(t, "", "git", "init", "-q", "-b", "main", ".")
	run(t, stream.String(), "git", "fast-import", "--quiet")
	run(t, "", "git", "reset", "-q", "--hard")
}

func run(t *testing.T, in string, command ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", command, err, out)
	}
}

// logBlobs puts a git before git's, which notes in a file what blobs it is asked for.
func logBlobs(t *testing.T) (file string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the git that notes what it is asked is a script for a shell")
	}
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file = filepath.Join(dir, "asked")
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1 $2\" = 'cat-file --batch' ]; then tee -a '%s' | '%s' \"$@\"; else exec '%s' \"$@\"; fi\n", file, real, real)
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return file
}

// TestHistoryReadsEachBlobOnce walks 200 commits, of which some bring back what was.
func TestHistoryReadsEachBlobOnce(t *testing.T) {
	var versions []string
	for n := range 200 {
		kind := "Member"
		if n >= 100 && n < 150 {
			kind = "Guest"
		}
		versions = append(versions, fmt.Sprintf(oneRecording, fmt.Sprintf("%08d-0000-4000-a000-000000000000", n%180), kind))
	}
	repository(t, versions...)
	asked := logBlobs(t)
	suite, err := drift.History(t.Context(), "tape.yaml", drift.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(suite.Cases) != 200 {
		t.Errorf("%d versions, want 200", len(suite.Cases))
	}
	var told []string
	for _, c := range suite.Cases {
		for _, f := range c.Findings {
			told = append(told, c.Name[len("2023-11-14 "):][8:]+" "+string(f.Rule))
		}
	}
	if want := "version 100 drift.enum.new, version 150 drift.enum.new"; strings.Join(told, ", ") != want {
		t.Errorf("told %v, want %s", told, want)
	}
	text, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	blobs := map[string]int{}
	for line := range strings.Lines(string(text)) {
		blobs[line]++
	}
	if len(blobs) != 180 {
		t.Errorf("git was asked for %d blobs, there are 180", len(blobs))
	}
	for blob, n := range blobs {
		if n != 1 {
			t.Errorf("git was asked for blob %s %d times", strings.TrimSpace(blob), n)
		}
	}
}

// folder commits cassettes to the folder many of a new repository.
func folder(t *testing.T, names ...string) {
	t.Helper()
	repository(t, fmt.Sprintf(oneRecording, "1", "Member"))
	for _, name := range names {
		file := filepath.Join("many", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, fmt.Appendf(nil, oneRecording, "1", "Member"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "", "git", "add", "-f", "many")
	run(t, "", "git", "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "many")
}

// compareFolder compares what git holds of that folder with what lies in the checkout.
func compareFolder(t *testing.T) *report.Suite {
	t.Helper()
	old, err := drift.Open(t.Context(), "HEAD:many")
	if err != nil {
		t.Fatal(err)
	}
	now, err := drift.Open(t.Context(), "many")
	if err != nil {
		t.Fatal(err)
	}
	suite, err := drift.Compare(old, now, drift.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// TestFolderIsReadByOneProcess compares a folder of 20 cassettes with the checkout's.
func TestFolderIsReadByOneProcess(t *testing.T) {
	var names []string
	for n := range 20 {
		names = append(names, fmt.Sprintf("%d.yaml", n))
	}
	folder(t, names...)
	asked := logBlobs(t)
	if suite := compareFolder(t); len(suite.Cases) != 20 {
		t.Fatalf("%d cases", len(suite.Cases))
	}
	text, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), ".yaml\n"); n != 20 {
		t.Errorf("one process was asked for %d cassettes, there are 20:\n%s", n, text)
	}
}

// TestFolderCalledLikeTheSalt reads on behind what is no file: a folder of cassettes may have
// the name that a salt's file has.
func TestFolderCalledLikeTheSalt(t *testing.T) {
	folder(t, "a.yaml", "b.yaml", saltfile.Name+"/c.yaml")
	suite := compareFolder(t)
	if len(suite.Cases) != 3 {
		t.Fatalf("%d cases", len(suite.Cases))
	}
	for _, c := range suite.Cases {
		if len(c.Findings) != 0 {
			t.Errorf("%s: told %+v", c.Name, c.Findings)
		}
	}
}

// TestHistoryOfShallowClone does not pass for the whole history.
func TestHistoryOfShallowClone(t *testing.T) {
	repository(t, fmt.Sprintf(oneRecording, "1", "Member"), fmt.Sprintf(oneRecording, "1", "Guest"), fmt.Sprintf(oneRecording, "2", "Guest"))
	whole, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	clone := t.TempDir()
	run(t, "", "git", "clone", "-q", "--depth", "2", "file://"+filepath.ToSlash(whole), clone)
	t.Chdir(clone)
	suite, err := drift.History(t.Context(), "tape.yaml", drift.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(suite.Cases) != 2 || len(suite.Cases[0].Findings) != 1 {
		t.Fatalf("told %+v", suite.Cases)
	}
	if f := suite.Cases[0].Findings[0]; f.Rule != "drift.shallow" || f.Severity != report.Warning || !strings.Contains(f.Message, "--unshallow") {
		t.Errorf("told %+v", f)
	}
}
