package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// hanging is a command that has come to where it hangs.
type hanging struct {
	dir     string
	service string // which never answers below /v1.0/hang, and all else at once
	reached chan struct{}
	cmd     *exec.Cmd
	stdin   *os.File // the other end
	said    said
	ended   chan error
}

// said is what a command has printed so far.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// Scenarios that hang: in a request, and in one of the cleanup.
const (
	hangsIn = "name: Hang\napi: v1.0\nsteps:\n  - {name: one, request: {method: GET, path: /one}}\n  - {name: two, request: {method: GET, path: /two}}\n  - {name: hang, request: {method: GET, path: /hang}}\n"
	// A program that heeds no signal, and whose process id is in a file.
	deaf = "#!/bin/sh\ntrap '' INT TERM HUP\necho $$ >${0%/*}/../pid\nwhile :; do sleep 0.05; done\n"
)

// hang lays out a project and starts a command in it.
func hang(t *testing.T, args ...string) *hanging {
	t.Helper()
	h := &hanging{dir: t.TempDir(), reached: make(chan struct{}, 16), ended: make(chan error, 1)}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/hang") {
			h.reached <- struct{}{}
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, "{}")
	}))
	t.Cleanup(service.Close)
	h.service = service.URL
	for name, text := range map[string]string{
		"go.mod": "module example.test\n", "scenarios/hang.yaml": hangsIn, "scenarios/tidy.yaml": hangsIn + "cleanup:\n  - request: {method: DELETE, path: /hang}\n",
		"cassettes/hang.yaml": "version: 2\ninteractions: []\n", "bin/git": deaf, "bin/az": deaf, "bin/deaf": deaf,
	} {
		file := filepath.Join(h.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyProject(h.dir); err != nil {
		t.Fatal(err)
	}
	h.start(t, args...)
	t.Cleanup(func() { h.kill(t) })
	return h
}

func (h *hanging) start(t *testing.T, args ...string) {
	t.Helper()
	args = slices.Clone(args)
	for n := range args {
		args[n] = strings.ReplaceAll(args[n], "$SERVICE", h.service)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h.cmd = exec.Command(exe)
	h.cmd.Args = append([]string{"graphvcr"}, args...)
	h.cmd.Dir, h.cmd.Stdout, h.cmd.Stderr = h.dir, &h.said, &h.said
	h.cmd.Env = append(os.Environ(), "PATH="+filepath.Join(h.dir, "bin")+":"+os.Getenv("PATH"), "TMPDIR="+h.dir)
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	t.Cleanup(func() { out.Close() })
	h.cmd.Stdin, h.stdin = in, out
	h.cmd.WaitDelay = time.Second // what a killed command has left running may hold its output
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := h.cmd
	go func() { h.ended <- cmd.Wait() }()
}

// kill ends what a test has started, should it run on.
func (h *hanging) kill(t *testing.T) {
	_ = h.cmd.Process.Kill()
	if pid, ok := h.program(); ok {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// program is the process that heeds no signal.
func (h *hanging) program() (pid int, ok bool) {
	text, err := os.ReadFile(filepath.Join(h.dir, "pid"))
	if err != nil {
		return 0, false
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	return pid, err == nil
}

// The ways to see that a command hangs.
func (h *hanging) asksTheService() bool {
	select {
	case <-h.reached:
		return true
	default:
		return false
	}
}

func (h *hanging) runsTheProgram() bool { _, ok := h.program(); return ok }

func (h *hanging) readsItsInput() bool {
	_, _ = h.stdin.Write([]byte("x"))
	left, err := unix.IoctlGetInt(int(h.stdin.Fd()), unix.TIOCINQ)
	return err == nil && left == 0
}

// asksTheServer sends the command's server a request that is not answered. Whether the
// server has it yet is nothing that the signal has to wait for.
func (h *hanging) asksTheServer() bool {
	_, url, ok := strings.Cut(h.said.String(), "listening on ")
	if !ok || !strings.Contains(url, "\n") {
		return false
	}
	url, _, _ = strings.Cut(url, "\n")
	asked := make(chan struct{})
	trace := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(asked) }})
	req, err := http.NewRequestWithContext(trace, http.MethodGet, url+"/v1.0/hang", nil)
	if err != nil {
		return false
	}
	go func() {
		if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
			resp.Body.Close()
		}
	}()
	<-asked
	return true
}

// soon polls until something is so.
func soon(t *testing.T, h *hanging, what string, is func() bool) {
	t.Helper()
	for began := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("not after 30 s: %s\n%s", what, h.said.String())
		}
	}
}

// status waits for the command's end.
func (h *hanging) status(t *testing.T) int {
	t.Helper()
	select {
	case err := <-h.ended:
		var failed *exec.ExitError
		if err != nil && !errors.As(err, &failed) && !errors.Is(err, exec.ErrWaitDelay) {
			t.Fatal(err)
		}
		return h.cmd.ProcessState.ExitCode()
	case <-time.After(10 * time.Second): // a second, on a machine that does nothing else
		t.Fatalf("it goes on\n%s", h.said.String())
		return 0
	}
}

// Every command ends on the first signal, or says what it finishes and ends on the
// second, wherever it hangs.
func TestSignalsEndWhatHangs(t *testing.T) {
	for name, test := range map[string]struct {
		args  []string
		hangs func(*hanging) bool
		once  int    // the status
		says  string // what is finished: the first signal does not end it
	}{
		"stdin":                {[]string{"record", "POST", "/one", "--body", "-", "--auth", "none", "--base-url", "$SERVICE"}, (*hanging).readsItsInput, 2, ""},
		"git, by diff":         {[]string{"diff", "HEAD:cassettes/hang.yaml", "cassettes/hang.yaml"}, (*hanging).runsTheProgram, 2, ""},
		"git, by history":      {[]string{"history", "hang"}, (*hanging).runsTheProgram, 2, ""},
		"az":                   {[]string{"record", "hang", "--auth", "azure-cli", "--base-url", "$SERVICE"}, (*hanging).runsTheProgram, 2, ""},
		"a service":            {[]string{"record", "hang", "--auth", "none", "--base-url", "$SERVICE"}, (*hanging).asksTheService, 2, ""},
		"a service, by path":   {[]string{"record", "GET", "/hang", "--auth", "none", "--base-url", "$SERVICE"}, (*hanging).asksTheService, 2, ""},
		"a service, by drift":  {[]string{"drift", "hang", "--auth", "none", "--base-url", "$SERVICE"}, (*hanging).asksTheService, 2, ""},
		"a service, in serve":  {[]string{"serve", "--mode", "record", "--cassette", "new", "--auth", "none", "--upstream", "$SERVICE"}, func(h *hanging) bool { return h.asksTheServer() && <-h.reached == struct{}{} }, 2, "saving what was recorded"},
		"cleanup":              {[]string{"record", "tidy", "--auth", "none", "--allow-writes", "--base-url", "$SERVICE"}, (*hanging).asksTheService, 2, "saving what was recorded"},
		"a client of a replay": {[]string{"serve", "--cassette", "hang", "--fault", "latency:by=1h"}, (*hanging).asksTheServer, 0, ""},
		"a program":            {[]string{"exec", "--cassette", "hang", "--", "deaf"}, (*hanging).runsTheProgram, 0, "waiting for deaf to end"},
		"a program, by whatif": {[]string{"whatif", "--cassette", "users/read", "--", "deaf"}, (*hanging).runsTheProgram, 0, "waiting for deaf to end"},
	} {
		for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			if signal.Ignored(s) {
				continue // whoever runs the test wants it so, as by nohup
			}
			t.Run(name+", "+s.String(), func(t *testing.T) {
				t.Parallel()
				h := hang(t, test.args...)
				soon(t, h, "it hangs", func() bool { return test.hangs(h) })
				send := func() {
					t.Helper()
					if err := h.cmd.Process.Signal(s); err != nil {
						t.Fatalf("%v\n%s", err, h.said.String())
					}
				}
				send()
				want := test.once
				if test.says != "" {
					soon(t, h, "it says what it finishes", func() bool { return strings.Contains(h.said.String(), test.says) })
					send()
					want = 128 + int(s)
				}
				if got := h.status(t); got != want {
					t.Errorf("status %d, want %d\n%s", got, want, h.said.String())
				}
				if pid, ok := h.program(); ok && test.says != "" {
					soon(t, h, "the program is gone", func() bool { return syscall.Kill(pid, 0) != nil })
				}
				if left, _ := filepath.Glob(filepath.Join(h.dir, "graphvcr-exec-*")); len(left) > 0 {
					t.Errorf("%q is left behind", left)
				}
			})
		}
	}
}

// A recording that is ended by a second signal leaves its journal, and what was answered
// is in it.
func TestJournalOfASecondSignal(t *testing.T) {
	t.Parallel()
	h := hang(t, "record", "tidy", "--auth", "none", "--allow-writes", "--base-url", "$SERVICE")
	for range 2 { // the step hangs, and then the cleanup
		soon(t, h, "it hangs", h.asksTheService)
		if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.status(t); got != 143 {
		t.Errorf("status %d, want 143\n%s", got, h.said.String())
	}
	h.start(t, "record", "--recover")
	if got := h.status(t); got != 0 {
		t.Errorf("record --recover: status %d\n%s", got, h.said.String())
	}
	c, err := cassette.Load(filepath.Join(h.dir, "cassettes", "tidy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Interactions) != 2 {
		t.Errorf("%d interactions were recovered, want the 2 that were answered", len(c.Interactions))
	}
}
