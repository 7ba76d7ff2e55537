package runner_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// TestRun runs every script of testdata. A script holds scenario.yaml, the
// exchanges that a service has in store (see canned), perhaps options, schemas
// and files, and what the run must say. UPDATE_GOLDEN=1 rewrites the last.
func TestRun(t *testing.T) {
	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, script *testkit.Archive) {
		t.Parallel()
		script.Want(t, "want", play(t, script.Archive))
	})
}

func section(script *txtar.Archive, name string) string {
	for _, f := range script.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// play runs a script and tells what came of it.
func play(t *testing.T, script *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range script.Files {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sc, err := scenario.Load(filepath.Join(dir, "scenario.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	service := &canned{t: t, left: parseExchanges(t, section(script, "exchanges"))}
	opts := options(section(script, "options"))
	opts.Transport = service.as
	schemas, err := schema.Open(filepath.Join(dir, "schemas"))
	if err != nil {
		t.Fatal(err)
	}
	opts.Answers = conform.New(schemas)
	told := tell(runner.Run(t.Context(), sc, opts))
	for _, left := range service.left {
		told += "unused: " + left.line + "\n"
	}
	return strings.ReplaceAll(told, dir+string(filepath.Separator), "")
}

// tell writes a case, one line for each finding.
func tell(c report.Case) string {
	status := string(c.Status)
	if status == "" {
		status = "done"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s after %d steps\n", status, c.Steps)
	for _, f := range c.Findings {
		fmt.Fprintf(&b, "%s %s [%s] line %d, %s: want %s, got %s: %s", f.Severity, f.Rule, f.Step, f.Line, f.Where, f.Want, f.Got, f.Sentence())
		if f.Hint != "" {
			fmt.Fprintf(&b, " (%s)", f.Hint)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// options reads "host=HOST", "vars.NAME=VALUE" and "env.NAME=VALUE" lines.
func options(text string) runner.Options {
	env := map[string]string{}
	opts := runner.Options{
		Vars: map[string]string{},
		Env:  func(name string) (string, bool) { value, ok := env[name]; return value, ok },
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if variable, ok := strings.CutPrefix(name, "env."); ok {
			env[variable] = value
		} else if variable, ok := strings.CutPrefix(name, "vars."); ok {
			opts.Vars[variable] = value
		} else if name == "host" {
			opts.Host = value
		}
	}
	return opts
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	sc := parse(t, `
api: v1.0
steps:
  - name: first
    request: {method: GET, path: /me}
  - name: second
    request: {method: GET, path: /users}
cleanup:
  - name: sweep
    request: {method: DELETE, path: /me/chats/1}
`)
	var sent []string
	opts := runner.Options{Transport: func(string) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = append(sent, req.Method+" "+req.URL.Path)
			cancel()
			if err := req.Context().Err(); err != nil {
				return nil, err
			}
			return answered(req, http.StatusNoContent, ""), nil
		})
	}}
	got := tell(runner.Run(ctx, sc, opts))
	want := "error after 1 steps\n" +
		"error run.cancelled [first] line 4, : want , got : GET https://graph.microsoft.com/v1.0/me: context canceled\n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if want := []string{"GET /v1.0/me", "DELETE /v1.0/me/chats/1"}; !cmp.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
}

func TestTransportFailureHidesCredentials(t *testing.T) {
	t.Parallel()
	sc := parse(t, `
steps:
  - request: {method: PUT, url: "https://contoso.sharepoint.com/upload?tempauth=secret", text: x}
`)
	opts := runner.Options{Transport: func(string) http.RoundTripper {
		return roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") })
	}}
	got := tell(runner.Run(t.Context(), sc, opts))
	if strings.Contains(got, "secret") || !strings.Contains(got, "no route") {
		t.Errorf("got %s", got)
	}
}

func parse(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	sc, err := scenario.Parse("scenario.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// TestBodyFileStaysInItsFolder: a link in the scenario's folder leads nowhere
// outside it.
func TestBodyFileStaysInItsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	sc, err := scenario.Parse(filepath.Join(dir, "s.yaml"), []byte(`{api: v1.0, steps: [{request: {method: PUT, path: /x, bodyFile: link}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	result := runner.Run(t.Context(), sc, runner.Options{Transport: func(string) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			t.Error("the file was sent")
			return answered(req, http.StatusOK, ""), nil
		})
	}})
	if result.Status != report.Errored || !strings.Contains(tell(result), "run.request") {
		t.Errorf("got %s", tell(result))
	}
}

// TestOneScenarioManyRuns: a scenario is shared, a run's variables are not.
func TestOneScenarioManyRuns(t *testing.T) {
	t.Parallel()
	sc := parse(t, `
api: v1.0
vars: {who: nobody}
steps:
  - request: {method: GET, path: "/users/{who}"}
    expect: {body: {id: "{who}"}}
    capture: {again: body.id}
  - request: {method: GET, path: "/users/{again}"}
    expect: {body: {id: "{who}"}}
`)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			result := runner.Run(t.Context(), sc, runner.Options{
				Vars: map[string]string{"who": fmt.Sprint("user", i)},
				Transport: func(string) http.RoundTripper {
					return roundTripper(func(req *http.Request) (*http.Response, error) {
						return answered(req, http.StatusOK, fmt.Sprintf(`{"id":%q}`, filepath.Base(req.URL.Path))), nil
					})
				},
			})
			if len(result.Findings) > 0 || result.Steps != 2 {
				t.Errorf("run %d: %s", i, tell(result))
			}
		})
	}
	group.Wait()
}

// A step that asks for gzip itself gets it as it came from a live service.
func TestCompressedAnswer(t *testing.T) {
	var zipped strings.Builder
	zip := gzip.NewWriter(&zipped)
	io.WriteString(zip, `{"id":"1"}`)
	zip.Close()
	service := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp := answered(req, http.StatusOK, zipped.String())
		resp.Header = http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {"application/json"}}
		return resp, nil
	})
	result := runner.Run(t.Context(), parse(t, `
api: v1.0
steps:
  - request: {method: GET, path: /me, headers: {Accept-Encoding: gzip}}
    expect: {status: 200, body: {id: "1"}}
`), runner.Options{Transport: func(string) http.RoundTripper { return service }})
	if len(result.Findings) > 0 {
		t.Errorf("findings %v", result.Findings)
	}
}
