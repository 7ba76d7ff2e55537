package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// A client that is pointed at serve is answered on replay just what it was answered
// while that recorded, in sessions of its own.
func TestClientsThroughServe(t *testing.T) {
	forEachRules(t, func(t *testing.T, c client, command []string, dir string) (live string, again []string) {
		g := startGraphAsNamed(t)
		live = recordedByServe(t, g, dir, command)
		g.Close()
		player := startServe(t, dir, "--cassette", "client")
		again = c.replays(func() string {
			url := player.begin(t)
			defer player.end(t, url)
			return transcript(t, command, player.clientEnv(url, "offline"), g.names(url))
		})
		player.stop(t)
		return live, again
	})
}

// recordedByServe is the transcript of a client that serve records.
func recordedByServe(t *testing.T, g tlsGraph, dir string, command []string) string {
	t.Helper()
	recorder := startServe(t, dir, append(g.connectTo(t), "--mode", "record", "--cassette", "client", "--auth", "none")...)
	live := transcript(t, command, recorder.clientEnv(recorder.url, g.UserToken()), g.names(recorder.url))
	recorder.stop(t)
	return live
}

// What an SDK was refused and sent again (429, 503, and 415 where its compression was not
// understood) is not recorded: on replay it gets what it got in the end, at once.
func TestClientsThatWereRefused(t *testing.T) {
	t.Parallel()
	for _, c := range sdks() {
		t.Run(c.name, func(t *testing.T) {
			g := startGraphWith(t, emulator.Options{Hosts: emulator.RealNames(), RejectGzip: true, Throttle: emulator.Throttle{Every: 9, UnavailableEvery: 14}})
			dir, command := projectWith(t, asItIs), c.command(t)
			live := recordedByServe(t, g, dir, command)
			g.Close()
			player := startServe(t, dir, "--cassette", "client")
			again := transcript(t, command, player.clientEnv(player.url, "offline"), g.names(player.url))
			player.stop(t)
			if !strings.Contains(live, "\n< 429\n") || !strings.Contains(live, "\n< 503\n") || (c.name == "node") == strings.Contains(live, "\n< 415\n") {
				t.Fatalf("nothing was refused:\n%s", live)
			}
			if want := withoutRefused(live); again != want {
				t.Errorf("the replay differs from what the client got in the end:\n%s", difference(want, again))
			}
		})
	}
}

// withoutRefused cuts the exchanges out of a transcript that the client sent again.
func withoutRefused(text string) string {
	var kept strings.Builder
	for exchange := range strings.SplitAfterSeq(text, "\n> ") { // each ends with the next one's mark
		_, answer, _ := strings.Cut(exchange, "\n< ")
		if status, _, _ := strings.Cut(answer, "\n"); status != "429" && status != "503" && status != "415" {
			kept.WriteString(exchange)
		}
	}
	return kept.String()
}

// A miss ends an SDK's call: no SDK sends again what nobody recorded.
func TestSDKsDoNotRetryMisses(t *testing.T) {
	t.Parallel()
	shipped, err := filepath.Abs("../../cassettes/users/get-manager-not-found.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sdks() {
		t.Run(c.name, func(t *testing.T) {
			command := c.command(t)
			player := startServe(t, t.TempDir(), "--cassette", shipped)
			cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
			cmd.Env = append(os.Environ(), player.clientEnv(player.url, "offline")...)
			out, err := cmd.Output()
			if text := string(out); err == nil || strings.Count("\n"+text, "\n> ") != 1 || !strings.Contains(text, "\n< 501\n") || !strings.Contains(text, "graphvcr.miss") {
				t.Errorf("%v after\n%s", err, text)
			}
		})
	}
}

// graphvcr is the command, as a process of its own in a project's folder.
func graphvcr(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("graphvcr", append([]string{name, "--cassettes", filepath.Join(dir, "cassettes")}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "GRAPHVCR_RECORD_IN_CI=1")
	return cmd
}

// A server is graphvcr serve at work.
type server struct {
	url, ca string // its https address, and the authority to trust
	plain   string // its http address
	cmd     *exec.Cmd
	stderr  *bytes.Buffer
	ended   chan error
}

func startServe(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	ca, err := graphvcr(t, dir, "ca", "--path").Output()
	if err != nil {
		t.Fatalf("graphvcr ca --path: %v", err)
	}
	s := &server{ca: strings.TrimSpace(string(ca)), stderr: &bytes.Buffer{}, ended: make(chan error, 1)}
	s.cmd = graphvcr(t, dir, "serve", append([]string{"--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Stderr = s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for (s.url == "" || s.plain == "") && lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			if strings.HasPrefix(url, "https:") {
				s.url = url
			} else {
				s.plain = url
			}
		}
	}
	go func() {
		io.Copy(io.Discard, out)
		s.ended <- s.cmd.Wait()
	}()
	if s.url == "" {
		t.Fatalf("graphvcr serve does not serve: %v\n%s", <-s.ended, s.stderr)
	}
	return s
}

// stop ends it as a person does, and wants it to have nothing to tell.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-s.ended; err != nil {
		t.Fatalf("graphvcr serve: %v\n%s", err, s.stderr)
	}
}

func (s *server) clientEnv(base, token string) []string {
	return append(trusting(s.ca), "GRAPH_BASE="+base, "GRAPH_TOKEN="+token)
}

// begin opens a session and returns its base URL, end closes it and wants a clean report.
func (s *server) begin(t *testing.T) string {
	t.Helper()
	var opened struct{ URL string }
	if err := s.sessions(t.Context(), http.MethodPost, "/_graphvcr/sessions", &opened); err != nil || opened.URL == "" {
		t.Errorf("open a session: %v", err)
		return s.url
	}
	return s.url + strings.TrimPrefix(opened.URL, s.plain)
}

func (s *server) end(t *testing.T, url string) {
	t.Helper()
	var report struct {
		Cases []struct {
			Findings []struct{ Severity, Message string }
		}
	}
	if err := s.sessions(t.Context(), http.MethodDelete, strings.TrimPrefix(url, s.url), &report); err != nil {
		t.Errorf("end a session: %v", err)
	}
	for _, told := range report.Cases {
		for _, f := range told.Findings {
			if f.Severity != "note" {
				t.Errorf("the session tells: %s: %s", f.Severity, f.Message)
			}
		}
	}
}

func (s *server) sessions(ctx context.Context, method, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.plain+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return errors.Join(err, json.Unmarshal(text, into))
}
