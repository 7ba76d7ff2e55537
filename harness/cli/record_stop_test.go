package cli

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// An interrupted recording leaves the old cassette and a journal, of which --recover
// makes a cassette that replays any tenant's values; cleanup has run.
func TestRecordIsInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var asked, deleted atomic.Int32
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 6, Alter: func(r *http.Request, _ *emulator.Answer) {
		if r.Method == http.MethodDelete {
			deleted.Add(1)
		}
		if r.Method == http.MethodGet && asked.Add(1) == 3 {
			interrupt()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer graph.Close()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_TOKEN", graph.AppToken())
	scenario := `name: Read on and on
api: v1.0
steps:
  - {name: create, request: {method: POST, path: /groups, body: {displayName: G, mailNickname: g, mailEnabled: false, securityEnabled: true}}, capture: {id: body.id}}
  - {name: poll, request: {method: GET, path: "/groups/{id}"}, poll: {until: {status: succeeded}, every: 1h, timeout: 5h}}
cleanup:
  - request: {method: DELETE, path: "/groups/{id}"}
`
	scenario = strings.Replace(scenario, "  - {name: poll", strings.Repeat("  - {request: {method: GET, path: \"/groups/{id}\"}}\n", 2)+"  - {name: poll", 1)
	for name, text := range map[string]string{"scenarios/on.yaml": scenario, "cassettes/on.yaml": "version: 2\ninteractions: []\n"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, talk bytes.Buffer
	status := Run(ctx, []string{"record", "on", "--base-url", graph.GraphURL()}, Streams{Out: &out, Err: &talk})
	if status != statusCouldNot || !strings.Contains(out.String(), "interrupted: what was recorded is in cassettes/on.yaml.journal") {
		t.Errorf("status %d: %s%s", status, out.String(), talk.String())
	}
	if deleted.Load() != 1 {
		t.Errorf("cleanup ran %d times", deleted.Load())
	}
	if old := readFile(t, "cassettes/on.yaml"); old != "version: 2\ninteractions: []\n" {
		t.Errorf("the old cassette is %s", old)
	}
	out.Reset()
	if status := Run(t.Context(), []string{"record", "--recover"}, Streams{Out: &out, Err: &talk}); status != statusClean {
		t.Errorf("status %d: %s%s", status, out.String(), talk.String())
	}
	c, err := cassette.Load("cassettes/on.recovered.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Interactions) < 4 || len(c.Meta.Redacted) != 4 || c.Meta.RecordedAt.IsZero() {
		t.Errorf("%d interactions, %+v", len(c.Interactions), c.Meta)
	}
	if text := readFile(t, "cassettes/on.recovered.yaml"); strings.Contains(text, graph.Tenant()) {
		t.Error("it holds the tenant")
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
