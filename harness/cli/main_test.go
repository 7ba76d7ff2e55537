package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func TestMain(m *testing.M) {
	programs := append(testkit.Shell(), "graphvcr", "request", "ask", "typed", "sow", "curl", "git", "node", "python3", "rclone", "timeout", "xargs", "wget", "aria2c", "onedrive", "perl", "php", "unshare", "chromium", "tmux")
	testscript.Main(testkit.On(m, programs...), map[string]func(){"graphvcr": func() { os.Exit(measured(Main)) }, "request": requestMain, "ask": askMain, "typed": typedMain, "sow": sowMain})
}

// TestScripts runs testdata/script, each in a copy of testdata/project. The
// scripts know these commands beside testscript's own:
//
//	exits STATUS PROGRAM ARGUMENT...   checks the exit status
//	replace FILE OLD NEW   puts NEW where OLD stands, which must be there once;
//	                       \n in both is a line break
//	steady FILE            blanks the durations of a report, so that it can be compared
//
// A stand-in of Graph listens at $GRAPH, which is http://$GRAPH_ADDRESS; $GRAPH_TOKEN is an
// application's token for it, $GRAPH_USER_TOKEN a user's, $GRAPH_EXPIRED one that has expired. A request with the header X-Test-Answer gets that answer: 401,
// 403, close, which is none at all, or changed, which has a property of another name.
//
// A service that answers /v1.0/odd/NNN with the status NNN, whatever that is, listens at
// $ODD, which is http://$ODD_ADDRESS.
//
// servers.scriptCommands lists those that serve.
//
// UPDATE_GOLDEN=1 rewrites the files that cmp compares with.
func TestScripts(t *testing.T) {
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	graph, err := emulator.Start(context.Background(), emulator.Options{Seed: 1, Alter: alter})
	if err != nil {
		t.Fatal(err)
	}
	past, err := emulator.Start(context.Background(), emulator.Options{Seed: 1, Now: func() time.Time { return time.Now().Add(-48 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	expired := past.AppToken()
	past.Close()
	odd := oddService(t)
	// The scripts are parallel subtests: they end before what is cleaned up here.
	t.Cleanup(func() { graph.Close() })
	cmds := (&servers{running: map[*testscript.TestScript]map[string]*scriptServer{}}).scriptCommands()
	maps.Copy(cmds, map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "replace": replaceInFile, "steady": steady})
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: os.Getenv("UPDATE_GOLDEN") != "",
		Setup: func(env *testscript.Env) error {
			if raceEnabled && !thorough() && !sharing(filepath.Base(env.WorkDir)) {
				env.T().Skip("commands of one goroutine are not raced without GRAPHVCR_CLIENTS")
			}
			env.Setenv("REPOSITORY", repository)
			env.Setenv("NO_COLOR", "")
			env.Setenv("CI", "")
			for _, name := range []string{"TZ", "LC_ALL", "GIT_CONFIG_NOSYSTEM"} {
				env.Setenv(name, os.Getenv(name))
			}
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("GRAPHVCR_SALT", strings.Repeat("5a", 32)) // pseudonyms are the same in every run
			env.Setenv("SALT", strings.Repeat("5a", 32))
			env.Setenv("GRAPH", graph.GraphURL())
			env.Setenv("GRAPH_ADDRESS", strings.TrimPrefix(graph.GraphURL(), "http://"))
			env.Setenv("ODD", odd)
			env.Setenv("ODD_ADDRESS", strings.TrimPrefix(odd, "http://"))
			env.Setenv("GRAPH_TOKEN", graph.AppToken())
			env.Setenv("GRAPH_USER_TOKEN", graph.UserToken())
			env.Setenv("GRAPH_EXPIRED", expired)
			if err := os.WriteFile(filepath.Join(env.WorkDir, "go.mod"), []byte("module example.test\n"), 0o644); err != nil {
				return err
			}
			return copyProject(env.WorkDir)
		},
		Cmds: cmds,
	})
}

// sharing reports whether a script is of commands that answer or ask at once.
func sharing(script string) bool {
	command, _, _ := strings.Cut(strings.TrimPrefix(script, "script-"), "_")
	command, _, _ = strings.Cut(command, "-")
	return slices.Contains([]string{"exec", "serve", "replay", "chatty", "many"}, command)
}

// oddService answers with the status that a request's path ends in.
func oddService(t *testing.T) (url string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", path.Base(r.URL.Path))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// alter answers as a request wants to be answered.
func alter(r *http.Request, a *emulator.Answer) {
	switch r.Header.Get("X-Test-Answer") {
	case "401":
		a.Status, a.Body = http.StatusUnauthorized, []byte(`{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty."}}`)
	case "403":
		a.Status, a.Body = http.StatusForbidden, []byte(`{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`)
	case "changed":
		a.Body = bytes.ReplaceAll(a.Body, []byte(`"businessPhones":`), []byte(`"officePhones":`))
	case "close":
		panic(http.ErrAbortHandler)
	}
}

// copyProject lays out the project that scripts start from, without the files
// that a script brings itself.
func copyProject(dir string) error {
	project := filepath.Join("testdata", "project")
	return filepath.WalkDir(project, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(project, name)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, rel)
		if _, err := os.Stat(target); err == nil {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o644)
	})
}

// exits runs a program and checks its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGUMENT...")
	}
	got := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("%s: exit status %d, want %s", args[1], got, want)
	}
}

func replaceInFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text, replacement := ts.ReadFile(args[0]), strings.ReplaceAll(args[2], `\n`, "\n")
	args[1] = strings.ReplaceAll(args[1], `\n`, "\n")
	if n := strings.Count(text, args[1]); n != 1 {
		ts.Fatalf("%s holds %q %d times, want once", args[0], args[1], n)
	}
	changed := strings.Replace(text, args[1], replacement, 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(changed), 0o644))
}

var durations = regexp.MustCompile(`( +\d+\.\d\ds$)|(time="\d+\.\d\d\d")|("duration_ms": \d+)`)

func steady(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: steady FILE")
	}
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	for i, line := range lines {
		body, end := strings.CutSuffix(line, "\n")
		lines[i] = durations.ReplaceAllStringFunc(body, func(found string) string {
			switch {
			case strings.HasPrefix(found, "time"):
				return `time="0"`
			case strings.HasPrefix(found, `"`):
				return `"duration_ms": 0`
			}
			return ""
		})
		if end {
			lines[i] += "\n"
		}
	}
	name := "steady-" + filepath.Base(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(strings.Join(lines, "")), 0o644))
	fmt.Fprintf(ts.Stdout(), "wrote %s\n", name)
}
