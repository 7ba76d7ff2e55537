package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/session"
)

// servers are the commands that scripts have started and not stopped, by name.
type servers struct {
	mu      sync.Mutex
	running map[*testscript.TestScript]map[string]*scriptServer
}

type scriptServer struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	rest     chan struct{} // closed at the end of its output
}

// scriptCommands are those for scripts that serve:
//
//	serve NAME ARGUMENT...        starts graphvcr serve, and sets $NAME to the address that
//	                              it listens at, and $NAME_TLS to that for https
//	quit NAME STATUS              interrupts it, checks its exit status, and writes what it
//	                              printed to NAME.out and NAME.err
//	fetch METHOD URL STATUS [BODY [HEADER VALUE]...]
//	                              sends a request, checks the status and prints headers
//	                              and body
//	session NAME BASE BODY        opens a session and sets $NAME to its address
//	chatty NAME                   starts a service that answers every request with an image
//	                              that is text, and says more than that, and sets $NAME to
//	                              its address
func (s *servers) scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){"serve": s.serve, "quit": s.quit, "fetch": fetch, "session": openSession, "chatty": chatty}
}

func (s *servers) serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME ARGUMENT...")
	}
	exe, err := os.Executable()
	ts.Check(err)
	one := &scriptServer{cmd: exec.Command(exe), rest: make(chan struct{})}
	one.cmd.Args = append([]string{"graphvcr", "serve"}, args[1:]...) // the name makes the test binary the command
	one.cmd.Dir, one.cmd.Stderr = ts.MkAbs("."), &one.err
	for _, name := range []string{"PATH", "HOME", "XDG_CONFIG_HOME", "TZ", "CI", "NO_COLOR", "GRAPHVCR_TOKEN", "GRAPHVCR_RECORD_IN_CI", "GRAPHVCR_SALT"} {
		one.cmd.Env = append(one.cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := one.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(one.cmd.Start())
	ts.Defer(func() { _ = one.cmd.Process.Kill() }) // it has ended, if all went well
	lines := bufio.NewReader(out)
	want := 1
	if said := strings.Join(args, " "); strings.Contains(said, "--tls-listen") && !strings.Contains(said, "--listen none") {
		want = 2
	}
	for range want {
		line, err := lines.ReadString('\n')
		one.out.WriteString(line)
		url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
		if err != nil || !ok {
			_ = one.cmd.Wait()
			ts.Fatalf("serve: %v\n%s%s", err, one.out.String(), one.err.String())
		}
		name := args[0]
		if strings.HasPrefix(url, "https:") {
			name += "_TLS"
		}
		ts.Setenv(name, url)
	}
	go func() {
		_, _ = io.Copy(&one.out, lines)
		close(one.rest)
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[ts] == nil {
		s.running[ts] = map[string]*scriptServer{}
	}
	s.running[ts][args[0]] = one
}

func (s *servers) quit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: quit NAME STATUS")
	}
	s.mu.Lock()
	one := s.running[ts][args[0]]
	delete(s.running[ts], args[0])
	s.mu.Unlock()
	if one == nil {
		ts.Fatalf("%s does not run", args[0])
	}
	ts.Check(one.cmd.Process.Signal(os.Interrupt))
	<-one.rest
	status := 0
	var failed *exec.ExitError
	if err := one.cmd.Wait(); errors.As(err, &failed) {
		status = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), one.out.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), one.err.Bytes(), 0o644))
	if strconv.Itoa(status) != args[1] {
		ts.Fatalf("exit status %d, want %s\n%s%s", status, args[1], one.out.String(), one.err.String())
	}
}

func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: fetch METHOD URL STATUS [BODY [HEADER VALUE]...]")
	}
	body := ""
	if len(args) > 3 {
		body = args[3]
	}
	req, err := http.NewRequest(args[0], args[1], strings.NewReader(body))
	ts.Check(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 4; i+1 < len(args); i += 2 {
		req.Header.Set(args[i], args[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_ = resp.Header.Write(ts.Stdout())
	fmt.Fprintf(ts.Stdout(), "\n%s\n", text)
	if strconv.Itoa(resp.StatusCode) != args[2] {
		ts.Fatalf("status %d, want %s\n%s", resp.StatusCode, args[2], text)
	}
}

func openSession(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: session NAME BASE BODY")
	}
	resp, err := http.Post(args[1]+"/_graphvcr/sessions", "application/json", strings.NewReader(args[2]))
	ts.Check(err)
	defer resp.Body.Close()
	url := resp.Header.Get("Location")
	if resp.StatusCode != http.StatusCreated || url == "" {
		text, _ := io.ReadAll(resp.Body)
		ts.Fatalf("status %d: %s", resp.StatusCode, text)
	}
	ts.Setenv(args[0], url)
}

func chatty(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: chatty NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	ts.Setenv(args[0], "http://"+l.Addr().String())
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				requests := bufio.NewReader(conn)
				for {
					if _, err := http.ReadRequest(requests); err != nil {
						return
					}
					const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text>adele@fabrikam.com</text></svg>`
					const more = "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\nunsolicited-secret-9f8e7"
					fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: %d\r\n\r\n%s%s", len(svg), svg, more)
				}
			}()
		}
	}()
}

// TestNodeSession runs the example for Node that graphvcr help clients shows.
func TestNodeSession(t *testing.T) {
	const file = "testdata/clients/node/session.mjs"
	example, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("help", "clients.md"))
	if err != nil || !strings.Contains(string(page), string(example)) {
		t.Errorf("help/clients.md does not show %s as it is (%v)", file, err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is missing: the example for Node is not run")
	}
	p, err := project.Open(project.Dirs{Root: filepath.Join("..", "..")})
	if err != nil {
		t.Fatal(err)
	}
	open := opener{project: p, defaults: session.Options{Mode: session.Replay, Cassettes: []string{"users/select"}}}
	own, err := open.session(proxy.SessionRequest{})
	if err != nil {
		t.Fatal(err)
	}
	reverse := proxy.NewReverse(own, proxy.Options{Open: open.session})
	door := httptest.NewServer(reverse)
	defer door.Close()
	cmd := exec.Command(node, file)
	cmd.Env = append(os.Environ(), "GRAPHVCR_URL="+door.URL)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "\n") != 5 || !strings.HasPrefix(string(out), "Adele Vance\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if told := reverse.End(t.Context()); len(told) != 1 || len(told[0].Findings) > 0 {
		t.Errorf("%+v", told)
	}
}
