package harness_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// The module of somebody who begins: a client of Graph, and its first tests.
const (
	firstClient = `package app

import (
	"encoding/json"
	"net/http"
)

type Client struct{ HTTP *http.Client }

func (c Client) Names(of string) ([]string, error) {
	resp, err := c.HTTP.Get("https://graph.microsoft.com/v1.0/" + of)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var page struct{ Value []struct{ DisplayName string } }
	err = json.NewDecoder(resp.Body).Decode(&page)
	var names []string
	for _, user := range page.Value {
		names = append(names, user.DisplayName)
	}
	return names, err
}
`
	firstTest = `package app

import (
	"os"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

func TestNames(t *testing.T) {
	s := harness.Open(t)
	if names, err := (Client{s.Client()}).Names("users"); err != nil || len(names) != 2 {
		t.Error(names, err)
	}
}

func TestMany(t *testing.T) {
	s := harness.Open(t)
	for _, of := range []string{"users", "groups"} {
		t.Run(of, func(t *testing.T) { (Client{s.Client()}).Names(of + os.Getenv("MORE")) })
	}
}
`
)

// TestFirstTest makes a module elsewhere and does what its owner would: record, replay, and
// read what fails. Its first test is six lines beside the client.
func TestFirstTest(t *testing.T) {
	dir := t.TempDir()
	lay := moduleIn(t, dir)
	lay("app.go", firstClient)
	lay("app_test.go", firstTest)
	build := testkit.Go("test", "-c", "-o", "app.test", ".")
	build.Dir, build.Env = dir, append(build.Env, "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	env := graphElsewhere(t, dir, `{"value":[{"displayName":"Adele Vance"},{"displayName":"Alex Wilber"}]}`)
	test := func(mode, more string, args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(dir, "app.test"), append(args, "-test.v")...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GRAPHVCR_MODE="+mode, "CI=", "MORE="+more)
		if mode == "record" {
			cmd.Env = append(cmd.Env, env...)
		}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, mode := range []string{"record", "", "replay"} {
		if out, err := test(mode, ""); err != nil {
			t.Fatalf("GRAPHVCR_MODE=%s: %v\n%s", mode, err, out)
		}
	}
	for _, name := range []string{"TestNames.yaml", "TestMany.yaml", "salt"} {
		if _, err := os.Stat(filepath.Join(dir, "cassettes", name)); err != nil {
			t.Error(err)
		}
	}
	// One subtest does not fail for what the others ask for; without it the whole does.
	if out, err := test("", "", "-test.run=^TestMany$/^users$"); err != nil || !strings.Contains(out, "recorded, but never requested") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := test("", "", "-test.skip=/groups"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// What fails, fails where the session was opened, once.
	out, err := test("", "X", "-test.run=TestMany")
	if err == nil || strings.Count(out, "no answer to GET") != 2 || strings.Count(out, "    app_test.go:18: no answer to GET") != 2 || !strings.Contains(out, "sent at app_test.go:20") {
		t.Errorf("%v\n%s", err, out)
	}
}

// moduleIn is a module that needs this one, for the files that are laid into it.
func moduleIn(t *testing.T, dir string) (lay func(name, text string)) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	lay = func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lay("go.mod", "module example.com/app\n\ngo 1.26.0\n\nrequire github.com/graphvcr/graphvcr v0.0.0\n\nreplace github.com/graphvcr/graphvcr => "+root+"\n")
	lay("go.sum", string(sums))
	return lay
}

// graphElsewhere is an environment in which Graph is this test, and answers with one body.
func graphElsewhere(t *testing.T, dir, body string) []string {
	t.Helper()
	authority, err := ca.New()
	if err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(bundle, authority.PEM(), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	graph := proxy.NewIntercept(proxy.InterceptOptions{
		Authority:  authority,
		Intercepts: func(host string) bool { return host == "graph.microsoft.com" },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, body)
		}),
	})
	go graph.Serve(l)
	t.Cleanup(func() { graph.Shutdown(t.Context()) })
	return []string{"HTTPS_PROXY=http://" + l.Addr().String(), "SSL_CERT_FILE=" + bundle}
}
