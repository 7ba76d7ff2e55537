package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// composeFile is what the example says, and nothing that it could say besides: each name is one
// of the compose specification's.
type composeFile struct {
	Services map[string]struct {
		Build, Image string
		Command      []string
		Entrypoint   []string
		Environment  map[string]string
		Volumes      []string
		StopSignal   string `yaml:"stop_signal"`
		Healthcheck  struct {
			Test     []string
			Interval string
			Retries  int
		}
		DependsOn map[string]struct{ Condition string } `yaml:"depends_on"`
	}
}

// What the compose example runs in containers runs without them as well: its server, as it is
// started there, is found healthy and answers its tests. .ci/compose runs the containers.
func TestComposeExample(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("wget"); err != nil {
		t.Skip("wget is missing")
	}
	example, err := filepath.Abs(filepath.Join("..", "..", "cmd", "graphvcr", "clients", "compose"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(example, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file composeFile
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	graph, tests := file.Services["graph"], file.Services["tests"]
	if tests.DependsOn["graph"].Condition != "service_healthy" || tests.Environment["GRAPH_URL"] != "http://graph:8080" || graph.StopSignal != "SIGINT" {
		t.Errorf("the example has services %+v", file.Services)
	}
	args := strings.Join(graph.Command, " ")
	const listen, host = "--listen 0.0.0.0:8080", "--host graph"
	if !strings.Contains(args, listen) || !strings.Contains(args, host) {
		t.Errorf("the server is started by %s", args)
	}
	serve := exec.Command("graphvcr", strings.Fields(strings.Replace(args, listen, "--listen 127.0.0.1:0", 1))...)
	serve.Dir = filepath.Join("..", "..")
	var said bytes.Buffer
	serve.Stderr = &said
	out, err := serve.StdoutPipe()
	if err == nil {
		err = serve.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer serve.Process.Kill()
	lines := bufio.NewReader(out)
	first, _ := lines.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	if !ok {
		t.Fatalf("the server says %q, and %s", first, &said)
	}
	check := strings.Fields(strings.Replace(strings.Join(graph.Healthcheck.Test[1:], " "), "http://127.0.0.1:8080", url, 1))
	if out, err := exec.Command(check[0], check[1:]...).CombinedOutput(); err != nil {
		t.Errorf("%q: %v: %s", check, err, out)
	}
	run := exec.Command(tests.Entrypoint[0], filepath.Join(example, filepath.Base(tests.Entrypoint[1])))
	run.Env = append(os.Environ(), "GRAPH_URL="+url)
	if out, err := run.CombinedOutput(); err != nil || string(out) != "read 3 pages\n" {
		t.Errorf("the tests: %v: %s", err, out)
	}
	if err := serve.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	report, _ := io.ReadAll(lines)
	if err := serve.Wait(); err != nil || !strings.Contains(string(report), "1 file: 1 passed") {
		t.Errorf("the server ended with %v: %s%s", err, report, &said)
	}
}
