package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/program"
)

// requestMain is a program that sends requests with what net/http makes of its
// environment: "METHOD URL [BODY]" each, or "roots" for one that trusts nobody and says
// nothing; then "exit N", or "signal" to wait for one.
func requestMain() {
	args, token := os.Args[1:], ""
	for len(args) > 0 {
		switch {
		case args[0] == "exit":
			status, _ := strconv.Atoi(args[1])
			os.Exit(status)
		case args[0] == "signal":
			c := make(chan os.Signal, 4)
			signal.Notify(c)
			fmt.Println("ready")
			fmt.Println(<-c)
			os.Exit(42)
		case args[0] == "roots":
			own := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}
			_, _ = (&http.Client{Transport: own}).Get(adele)
			args = args[1:]
		case args[0] == "GET":
			token = request(args[0], args[1], "", token)
			args = args[2:]
		default:
			token = request(args[0], args[1], args[2], token)
			args = args[3:]
		}
	}
}

// typedMain is a client that reads users as typed SDKs do: a member of another type is an
// error, one that it does not know or that is missing is none.
func typedMain() {
	var users struct {
		Value []struct {
			DisplayName, MobilePhone *string
			BusinessPhones           []string
			AccountEnabled           *bool
			Age                      *int32
		}
	}
	resp, err := http.Get(os.Args[1])
	if err == nil {
		err = json.NewDecoder(resp.Body).Decode(&users)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
}

// request sends one, with a token if there is one, and returns the token for the next.
func request(method, url, body, token string) string {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		os.Exit(9)
	}
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println(err)
		return token
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(resp.StatusCode, resp.Proto, string(text))
	var signedIn struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal(text, &signedIn) == nil && signedIn.Token != "" {
		return signedIn.Token
	}
	return token
}

// startExec begins graphvcr exec in a project of its own, which holds testdata's cassettes.
func startExec(t *testing.T, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	if err := copyProject(dir); err != nil {
		t.Fatal(err)
	}
	cmd = graphvcr(t, dir, "exec")
	cmd.Args = append([]string{"graphvcr", "exec", "--cassette", "users/read"}, args...)
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

const adele = "https://graph.microsoft.com/beta/users/adele@contoso.example"

// TestNodeUnderExec: what Node 20 has built in comes to the cassette, though it takes no
// proxy from its environment; nothing is installed.
func TestNodeUnderExec(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	for name, program := range map[string]string{
		"fetch":         `fetch(url).then(async r => console.log(r.status, await r.text()))`,
		"https.request": `require('https').request(url, r => { r.on('data', d => console.log(r.statusCode, String(d))) }).end()`,
		"http2": `const c = require('http2').connect('https://graph.microsoft.com'), q = c.request({':path': new URL(url).pathname});
			q.on('data', d => { console.log(200, String(d)); c.close() })`,
		"tls": `const s = require('tls').connect(443, 'graph.microsoft.com', () => s.write('GET /beta/users/adele@contoso.example HTTP/1.0\r\nHost: graph.microsoft.com\r\n\r\n'));
			s.on('data', d => console.log(200, String(d).split('\r\n\r\n')[1]))`,
		"plain http": `require('http').get('http://graph.microsoft.com/beta/users/adele@contoso.example', r => { r.on('data', d => console.log(r.statusCode, String(d))) })`,
		"a worker": `const {Worker} = require('worker_threads');
			new Worker("fetch('" + url + "').then(async r => console.log(r.status, await r.text()))", {eval: true})`,
	} {
		t.Run(name, func(t *testing.T) {
			cmd, stdout, stderr := startExec(t, "--", "node", "-e", "const url = '"+adele+"'\n"+program)
			err := cmd.Run()
			if err != nil || stdout.String() != "200 {\"id\":\"87d349ed-44d7-43e1-9a83-5f2406dee5bd\",\"displayName\":\"Adele Vance\"}\n" {
				t.Errorf("%v\n%s\n%s", err, stdout, stderr)
			}
		})
	}
}

// TestExecForwardsSignals: the program ends as it likes, and what came of it is told.
func TestExecForwardsSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals to forward")
	}
	cmd, _, stderr := startExec(t, "--", "request", "GET", adele, "signal")
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var told []string
	for lines.Scan() {
		told = append(told, lines.Text())
	}
	var failed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &failed) || failed.ExitCode() != 42 || strings.Join(told, " ") != "terminated" {
		t.Errorf("%v, %q\n%s", err, told, stderr)
	}
	if !strings.Contains(stderr.String(), "1 passed") {
		t.Errorf("no summary: %s", stderr)
	}
}

// TestExecOpensNoConnection: on replay the harness dials nothing, whatever a program asks
// for, and needs no network but loopback.
func TestExecOpensNoConnection(t *testing.T) {
	usual := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = usual })
	http.DefaultTransport = &http.Transport{DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
		t.Errorf("a connection to %s", addr)
		return nil, errors.New("no connection is to be opened")
	}}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	const token = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
	line := []string{"exec", "--cassette", "users/read", "--", "request", "GET", adele, "GET", "https://example.com/", "GET", "http://example.com/",
		"POST", token, "grant_type=refresh_token&refresh_token=x&scope=openid", "GET", "https://graph.microsoft.com/v1.0/none", "GET", "https://10.0.0.1/"}
	var out, talk bytes.Buffer
	if status := Run(t.Context(), append(line[:1:1], append(projectArgs(), line[1:]...)...), Streams{Out: &out, Err: &talk}); status != statusFindings {
		t.Errorf("status %d\n%s\n%s", status, out.String(), talk.String())
	}
	var statuses []string
	for line := range strings.Lines(out.String()) {
		if status, _, ok := strings.Cut(line, " HTTP/"); ok {
			statuses = append(statuses, status)
		}
	}
	if got := strings.Join(statuses, " "); got != "200 403 200 501" { // CONNECT is refused, and request tells no status
		t.Errorf("answered %s\n%s", got, out.String())
	}
}

// TestExecIsolates: in a network of its own a program is answered as before, and reaches
// nothing without the proxy.
func TestExecIsolates(t *testing.T) {
	outside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	cmd, stdout, stderr := startExec(t, "--isolate", "--", "request", "GET", adele, "GET", "http://"+outside.Addr().String(), "exit", "5")
	err = cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) && failed.ExitCode() == program.StatusHarness && strings.Contains(stderr.String(), "hint: namespaces of network and mounts need") {
		t.Skipf("this system does not allow it: %s", stderr)
	}
	if failed == nil || failed.ExitCode() != 5 || !strings.HasPrefix(stdout.String(), "200 HTTP/2.0 {") || !strings.Contains(stdout.String(), "connection refused") {
		t.Errorf("%v\n%s\n%s", err, stdout, stderr)
	}
	cmd, _, stderr = startExec(t, "--isolate", "--", "no-such-program")
	if err := cmd.Run(); !errors.As(err, &failed) || failed.ExitCode() != 127 {
		t.Errorf("%v\n%s", err, stderr)
	}
}

// TestExecRecords: while recording, the program signs in with the real host, unread, what
// answers lead to is recorded, and what is neither passes unrecorded; a spy adds what a
// cassette lacks.
func TestExecRecords(t *testing.T) {
	g := startGraphAsNamed(t)
	dir := projectWith(t, asItIs)
	exec := func(status int, args ...string) (stdout, stderr string) {
		t.Helper()
		cmd := graphvcr(t, dir, "exec")
		cmd.Args = append([]string{"graphvcr", "exec", "--cassette", "made"}, args...)
		var out, talk bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &talk
		_ = cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != status {
			t.Fatalf("%q: status %d, want %d\n%s\n%s", args, got, status, &out, &talk)
		}
		return out.String(), talk.String()
	}
	const users = "https://graph.microsoft.com/v1.0/users?$top=1&$select=id"
	program := []string{"--", "request", "POST", "https://login.microsoftonline.com/" + g.Tenant() + "/oauth2/v2.0/token",
		"grant_type=client_credentials&client_id=a&client_secret=hunter2&scope=https://graph.microsoft.com/.default", "GET", users}
	record := append(g.connectTo(t), "--mode", "record")
	live, talk := exec(0, append(record, program...)...)
	if !strings.Contains(talk, "1 interactions were recorded") && !strings.Contains(talk, "1 passed") {
		t.Error(talk)
	}
	made, err := os.ReadFile(filepath.Join(dir, "cassettes", "made.yaml"))
	if err != nil || strings.Count(string(made), "\n  - id:") != 1 || !strings.Contains(string(made), "origin: emulator") || !strings.Contains(string(made), "kind: application") {
		t.Errorf("recorded %v:\n%s", err, made)
	}
	for _, secret := range []string{"hunter2", "eyJ", "login.microsoft", "Authorization"} {
		if strings.Contains(string(made), secret) || strings.Contains(talk, secret) {
			t.Errorf("%s was kept", secret)
		}
	}
	spied, talk := exec(0, append(append(g.connectTo(t), "--mode", "spy"), append(program, "GET", "https://graph.microsoft.com/v1.0/me/drive/root")...)...)
	if !strings.Contains(spied, "\n200 HTTP/2.0 {\"@odata.context\"") {
		t.Errorf("spied:\n%s\n%s", spied, talk)
	}
	g.Close()
	replayed, _ := exec(0, append([]string{"--connect-to", "graph.microsoft.com=127.0.0.1:1"}, program...)...)
	if _, want, _ := strings.Cut(live, "\n"); !strings.HasSuffix(replayed, want) || want == "" {
		t.Errorf("replayed:\n%s\nlive:\n%s", replayed, live)
	}
	if made, err = os.ReadFile(filepath.Join(dir, "cassettes", "made.yaml")); err != nil || strings.Count(string(made), "\n  - id:") != 2 {
		t.Errorf("after the spy: %v\n%s", err, made)
	}

	// Where nothing of Graph was asked for, the cassette stays, and a private address is
	// not what the proxy connects to.
	out, talk := exec(1, "--mode", "record", "--", "request", "GET", "https://192.168.255.254/", "exit", "0")
	if !strings.Contains(out, "Forbidden") || !strings.Contains(talk, "nothing was recorded") || !strings.Contains(talk, "no request of request came") {
		t.Errorf("%s\n%s", out, talk)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, "cassettes", "made.yaml")); err != nil || !bytes.Equal(kept, made) {
		t.Errorf("the cassette was changed: %v", err)
	}
}

// Perl's LWP goes by a proxy only where a variable of its own says that it shall.
func TestExecAnswersPerl(t *testing.T) {
	const script = `use LWP::UserAgent; use LWP::Protocol::https; my $r = LWP::UserAgent->new->get($ARGV[0]); print $r->decoded_content; exit !$r->is_success`
	if exec.Command("perl", "-MLWP::Protocol::https", "-e", "1").Run() != nil {
		t.Skip("perl with LWP::Protocol::https is not installed")
	}
	cmd, stdout, stderr := startExec(t, "--", "perl", "-e", script, adele)
	if err := cmd.Run(); err != nil || !strings.Contains(stdout.String(), `"displayName":"Adele Vance"`) {
		t.Errorf("%v\n%s\n%s", err, stdout, stderr)
	}
}
