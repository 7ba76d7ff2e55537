package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// projectArgs name the folders of testdata/project.
func projectArgs(args ...string) []string {
	for _, kind := range []string{"cassettes", "schemas", "scenarios"} {
		args = append(args, "--"+kind, filepath.Join("testdata", "project", kind))
	}
	return args
}

func TestRunIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, talk bytes.Buffer
	status := Run(ctx, projectArgs("replay"), Streams{Out: &out, Err: &talk})
	if status != statusCouldNot || talk.String() != "graphvcr: error: interrupted\n" || out.Len() > 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, out.String(), talk.String())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

func TestRunTellsWriteErrors(t *testing.T) {
	for _, args := range [][]string{projectArgs("replay"), projectArgs("replay", "--report", "json"), projectArgs("lint"), {"version"}, {"--help"}, {"replay", "-h"}, {"completion", "zsh"}} {
		var talk bytes.Buffer
		status := Run(t.Context(), args, Streams{
			Out: writer(func([]byte) (int, error) { return 0, errors.New("nobody reads this") }),
			Err: &talk,
		})
		if status != statusCouldNot || !strings.HasPrefix(talk.String(), "graphvcr: error: ") || !strings.Contains(talk.String(), "nobody reads this") {
			t.Errorf("%v: status %d, stderr %q", args[0], status, talk.String())
		}
	}
}

// A reader that went away is an error that is told, not a death by signal.
func TestBrokenPipe(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	read.Close()
	var talk bytes.Buffer
	cmd := exec.Command(exe)
	cmd.Args = append([]string{"graphvcr"}, projectArgs("replay")...) // the name makes the test binary the command
	cmd.Stdout, cmd.Stderr = write, &talk
	var failed *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &failed) || failed.ExitCode() != statusCouldNot || !strings.HasPrefix(talk.String(), "graphvcr: error: write text report: ") {
		t.Errorf("%v, stderr %q", err, talk.String())
	}
}

// A command that holds little does not wait for the garbage collector: of the shipped
// recordings replay would run it nine times.
func TestRunCollectsSeldom(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var traced bytes.Buffer
	cmd := exec.Command(exe)
	cmd.Args, cmd.Dir = []string{"graphvcr", "replay"}, filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "GODEBUG=gctrace=1")
	cmd.Stderr = &traced
	if out, err := cmd.Output(); err != nil {
		t.Fatalf("%v: %s%s", err, out, traced.String())
	}
	if runs := strings.Count(traced.String(), "\ngc ") + 1; runs > 3 {
		t.Errorf("%d runs:\n%s", runs, traced.String())
	}
}

func TestRunHidesPanics(t *testing.T) {
	var talk bytes.Buffer
	status := Run(t.Context(), []string{"version"}, Streams{
		Out: writer(func([]byte) (int, error) { panic("boom\ngoroutine 1 [running]") }),
		Err: &talk,
	})
	if status != statusCouldNot || !strings.HasPrefix(talk.String(), "graphvcr: error: internal error: boom\ngraphvcr: hint: ") {
		t.Errorf("status %d, stderr %q", status, talk.String())
	}
}

// What an error quotes from a file cannot steer the terminal or pass for a line
// of ours.
func TestTellIsSafe(t *testing.T) {
	var talk bytes.Buffer
	printError(&talk, &fault.Error{Message: "a\x1b[2J\ngraphvcr: error: b", Hint: "c\u202e"})
	want := "graphvcr: error: a\\x1b[2J\n  graphvcr: error: b\ngraphvcr: hint: c\\u202e\n"
	if talk.String() != want {
		t.Errorf("%q, want %q", talk.String(), want)
	}
}

func TestTellIsBounded(t *testing.T) {
	var talk bytes.Buffer
	printError(&talk, errors.Join(func() (errs []error) {
		for range 50 {
			errs = append(errs, errors.New("x"))
		}
		return errs
	}()...))
	if got := strings.Count(talk.String(), "\n"); got != mostErrors+1 || !strings.HasSuffix(talk.String(), "and 30 more\n") {
		t.Errorf("%d lines: %s", got, talk.String())
	}
}

func TestVersionLine(t *testing.T) {
	for want, info := range map[string]*debug.BuildInfo{
		"graphvcr (devel) (commit unknown, ": {},
		"graphvcr v1.2.3 (commit abc, modified, ": {
			Main:     debug.Module{Version: "v1.2.3"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}},
		},
	} {
		if got := versionLine(info); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A job runs the release that wrote it, or the commit; a build with changes has no other.
func TestInstallable(t *testing.T) {
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}}
	for want, info := range map[string]*debug.BuildInfo{
		"v1.2.3":                             {Main: debug.Module{Version: "v1.2.3"}, Settings: commit},
		"v0.0.0-20261103120000-0123456789ab": {Main: debug.Module{Version: "v0.0.0-20261103120000-0123456789ab+dirty"}, Settings: commit},
		"abc":                                {Main: debug.Module{Version: "(devel)"}, Settings: commit},
		"latest":                             {Main: debug.Module{Version: "(devel)"}},
	} {
		if got, known := installable(info); got != want || known == (want == "latest") {
			t.Errorf("got %s, %t, want %s", got, known, want)
		}
	}
}

func TestReplaceFileLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "report")
	if err := replaceFile(target, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(target, []byte("two")); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(dir, []byte("three")); err == nil {
		t.Error("a folder was replaced")
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "two" {
		t.Errorf("%q, %v", text, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// Every command tells how it is used and how it ends.
func TestHelpIsComplete(t *testing.T) {
	root := newRoot(Streams{})
	commands := root.Commands()
	for _, c := range root.Commands() {
		commands = append(commands, c.Commands()...)
	}
	for _, c := range commands {
		if c.Name() != "help" && c.Name() != "completion" && (c.Example == "" || c.Short == "") {
			t.Errorf("%s lacks an example or a description", c.CommandPath())
		}
		var text bytes.Buffer
		c.SetOut(&text)
		if err := c.Help(); err != nil || !strings.Contains(text.String(), "Exit status:") {
			t.Errorf("%s --help: %v\n%s", c.CommandPath(), err, text.String())
		}
	}
	for _, kind := range render.Kinds() {
		if !strings.Contains(root.Flags().Lookup("report").Usage, kind) {
			t.Errorf("--report does not tell of %s", kind)
		}
	}
}
