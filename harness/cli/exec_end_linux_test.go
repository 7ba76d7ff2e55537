package cli

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// TestExecKilled: a program does not go on without its proxy, nor do those that it has
// started, and nothing is left behind.
func TestExecKilled(t *testing.T) {
	for name, args := range map[string][]string{
		"a program that heeds no signal": {"exec", "--cassette", "hang", "--", "deaf"},
		"one of a shell":                 {"exec", "--cassette", "hang", "--", "sh", "-c", "deaf; true"},
		"isolated":                       {"exec", "--isolate", "--cassette", "hang", "--", "deaf"},
		"by whatif":                      {"whatif", "--cassette", "users/read", "--", "deaf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hang(t, args...)
			soon(t, h, "it runs", func() bool {
				return h.runsTheProgram() || strings.Contains(h.said.String(), "namespaces of network and mounts need")
			})
			pid, ok := h.program()
			if !ok {
				t.Skipf("this system does not allow it: %s", h.said.String())
			}
			if err := h.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			soon(t, h, "the program is gone", func() bool { return !running(pid) })
			soon(t, h, "nothing is left behind", func() bool {
				left, _ := filepath.Glob(filepath.Join(h.dir, "graphvcr-*"))
				return len(left) == 0
			})
		})
	}
}

// running is whether a process is more than an entry in the table.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(state, "Z")
}

// TestExecLeavesNoGuard: what guards a program ends with it.
func TestExecLeavesNoGuard(t *testing.T) {
	cmd, _, stderr := startExec(t, "--", "request", "GET", adele)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dir := t.TempDir()
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && strings.Contains(string(line), dir) {
			t.Errorf("%s still runs: %q", file, line)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

// TestExecEndsBeforeAnAnswer: a request that is under way when the program ends is told of,
// and what was answered before is recorded.
func TestExecEndsBeforeAnAnswer(t *testing.T) {
	for name, script := range map[string]string{
		"a client that gives up":     "request GET http://graph.microsoft.com/v1.0/me; request GET http://graph.microsoft.com/v1.0/hang & client=$!; sleep 0.5; kill $client",
		"a client that is left over": "request GET http://graph.microsoft.com/v1.0/me; request GET http://graph.microsoft.com/v1.0/hang & sleep 0.5",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hang(t, "version")
			h.status(t)
			h.start(t, "exec", "--mode", "record", "--cassette", "new", "--connect-to", "graph.microsoft.com="+strings.TrimPrefix(h.service, "http://"), "--", "sh", "-c", script)
			if got := h.status(t); got != 0 {
				t.Errorf("status %d\n%s", got, h.said.String())
			}
			if !strings.Contains(h.said.String(), "not recorded as it was: interaction 1") || !strings.Contains(h.said.String(), "the client was gone before its answer came") {
				t.Errorf("nothing is said of the request under way:\n%s", h.said.String())
			}
			c, err := cassette.Load(filepath.Join(h.dir, "cassettes", "new.yaml"))
			if err != nil || len(c.Interactions) != 1 {
				t.Errorf("%v, %+v", err, c)
			}
		})
	}
}
