package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// ended is written after a command, where its output ends.
const ended = "[ended]"

// onTerminal runs a command line in a terminal of tmux that is so many columns wide, and
// returns the screen as soon as the terminal has been sent a text, or the command has ended: its
// lines, and the lines that were written, which are fewer where the terminal broke one.
func onTerminal(t *testing.T, dir string, env []string, columns int, line, text string) (screen, written string) {
	t.Helper()
	own, err := os.MkdirTemp("", "tmux") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(own) })
	fifo := filepath.Join(own, "written")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	tmux := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "tmux", append([]string{"-S", filepath.Join(own, "socket"), "-f", os.DevNull}, args...)...)
		cmd.Dir, cmd.Env = dir, append(env, "TERM=screen")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v: %s", args, err, out)
		}
		return string(out)
	}
	// The line waits for the pipe, so that nothing passes it by.
	tmux("new-session", "-d", "-x", fmt.Sprint(columns), "-y", "150", `read go; printf "\033[H\033[2J"; `+line+"; printf '%s' '"+ended+"'; read end")
	defer exec.Command("tmux", "-S", filepath.Join(own, "socket"), "kill-server").Run()
	pipe, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	tmux("pipe-pane", "cat > "+fifo)
	tmux("send-keys", "Enter")
	if err := pipe.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	for buf := make([]byte, 4<<10); !strings.Contains(sent.String(), text) && !strings.Contains(sent.String(), ended); {
		n, err := pipe.Read(buf)
		if err != nil {
			t.Fatalf("%s: %v, after %q", line, err, sent.String())
		}
		sent.Write(buf[:n])
	}
	return tmux("capture-pane", "-p"), tmux("capture-pane", "-p", "-J")
}

// What people see on a terminal of 80 columns and on one of 200: no line is broken by the
// terminal, and what waits stays one line.
func TestTerminal(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is missing (Debian's tmux): nothing was run on a terminal")
	}
	dir, env := helperProject(t, "node")
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer graph.Close()
	waits := "name: Create a group chat with an app, poll its operation and use the chat\napi: v1.0\nsteps:\n" +
		"  - {name: list, request: {method: GET, path: /users}}\n" +
		"  - name: wait for the operation\n    request: {method: GET, path: /users, query: {$top: 1}}\n    poll: {until: {value: none}, every: 30s, timeout: 1h}\n"
	for file, text := range map[string]string{"scenarios/waits80.yaml": waits, "scenarios/waits200.yaml": waits, "captures/explorer.har": explorerHAR} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, dir, "cassettes/users/read.yaml", "changed/users/read.yaml", `"displayName":"Adele Vance"`, `"nameShown":"Adele Vance"`)
	edit(t, dir, "cassettes/teams/operation.yaml", "cassettes/teams/operation.yaml", `"status": "succeeded"`, `"status": "done"`)
	edit(t, dir, "scenarios/users/read.yaml", "scenarios/users/read.yaml", "displayName: Adele V}", "displayName: Adele W}")
	env = append(env, "GRAPHVCR_SALT="+strings.Repeat("5a", 32), "GRAPHVCR_TOKEN="+graph.AppToken(), "CI=")
	for _, columns := range []int{80, 200} {
		for name, run := range map[string]struct{ line, until string }{
			"help":   {"graphvcr --help", ended},
			"replay": {"graphvcr replay teams users", ended},
			"record": {fmt.Sprintf("graphvcr record waits%d --base-url %s", columns, graph.GraphURL()), "waiting 30s"},
			"import": {fmt.Sprintf("graphvcr import har captures --out imported%d", columns), ended},
			"diff":   {"graphvcr diff cassettes/users changed/users", ended},
		} {
			t.Run(fmt.Sprint(name, "-", columns), func(t *testing.T) {
				screen, written := onTerminal(t, dir, env, columns, run.line, run.until)
				if got, want := strings.Count(screen, "\n"), strings.Count(written, "\n"); got != want {
					t.Errorf("the terminal broke %d lines:\n%s", got-want, screen)
				}
				screen = strings.TrimRight(strings.Replace(screen, ended, "", 1), "\n ") + "\n"
				testkit.Golden(t, filepath.Join("testdata", "terminal", fmt.Sprintf("%s-%d.txt", name, columns)), elapsed.ReplaceAllString(screen, ""))
			})
		}
	}
}

// elapsed is a duration of a report, with the blanks before it.
var elapsed = regexp.MustCompile(` +\d+\.\d\ds`)

// edit writes a file of a project with one text in it replaced.
func edit(t *testing.T, dir, from, to, old, new string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, from))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%s does not have %q once", from, old)
	}
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(to)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, to), []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// explorerHAR is an export of a browser: a read, and a request that failed.
const explorerHAR = `{"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "entries": [
{"request": {"method": "GET", "url": "https://graph.microsoft.com/v1.0/me", "headers": [{"name": "authorization", "value": "Bearer x"}]},
 "response": {"status": 200, "headers": [{"name": "content-type", "value": "application/json"}],
  "content": {"mimeType": "application/json", "text": "{\"userPrincipalName\":\"AdeleV@fabrikam.onmicrosoft.com\"}"}}},
{"request": {"method": "GET", "url": "https://graph.microsoft.com/v1.0/me/chats", "headers": []}, "response": {"status": 0, "_error": "net::ERR_FAILED"}}
]}}`
