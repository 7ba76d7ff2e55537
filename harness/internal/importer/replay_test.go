package importer_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// importRecordings imports the real recordings into a project folder of its own.
func importRecordings(t *testing.T) (root string, results []*importer.Result) {
	t.Helper()
	files := testkit.Recordings(t)
	root = t.TempDir()
	for _, sub := range []string{"cassettes", "scenarios"} {
		if err := os.Mkdir(filepath.Join(root, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		r, err := importer.Reader{}.Read(importer.Of("vcrpy"), file, name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Cassette.Save(filepath.Join(root, "cassettes", name+".yaml"), nil); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "scenarios", name+".yaml"), r.Scenario, 0o644); err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	return root, results
}

// Every drafted scenario passes against its imported cassette, with nothing unused.
func TestDraftedScenariosReplay(t *testing.T) {
	root, results := importRecordings(t)
	p, err := project.Open(project.Dirs{Root: root, Schemas: filepath.Join("..", "..", "..", "schemas")})
	if err != nil {
		t.Fatal(err)
	}
	suite, err := replay.Run(t.Context(), p, replay.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for _, c := range suite.Cases {
		sc, err := p.Scenario(c.File)
		if err != nil {
			t.Fatal(err)
		}
		steps += c.Steps + len(sc.Cleanup)
		for _, f := range c.Findings {
			if f.Rule == "schema.open" || f.Rule == "answer.untyped" {
				continue // a note: what the service answered beyond metadata is no fault of a draft
			}
			t.Errorf("%s: %s: %s", c.File, f.Rule, f.Sentence())
		}
		if c.Status != report.Passed {
			t.Errorf("%s: %s", c.File, c.Status)
		}
	}
	if len(suite.Cases) != len(results) || steps != 148 {
		t.Errorf("replayed %d steps of %d scenarios, want 148 of %d", steps, len(suite.Cases), len(results))
	}
}

// Once saved and loaded, every recorded request is answered with the very status
// and body that the service sent.
func TestImportedCassettesReplay(t *testing.T) {
	root, results := importRecordings(t)
	answered := 0
	for _, r := range results {
		answered += replayed(t, r.Cassette, filepath.Join(root, "cassettes", r.Cassette.Name+".yaml"))
	}
	t.Logf("%d of 148 requests got their recorded answer", answered)
	if answered != 148 {
		t.Errorf("%d requests were answered, want 148", answered)
	}
}

// So are the mocks of Dev Proxy, and the scenario that is drafted of them passes.
func TestImportedMocksReplay(t *testing.T) {
	r, err := importer.Reader{}.Read(importer.Of("devproxy"), testkit.Corpus(t, "mocks/devproxy-graph-v1.0.json"), "mocks", nil)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for folder, write := range map[string]func(file string) error{
		"cassettes": func(file string) error { return r.Cassette.Save(file, nil) },
		"scenarios": func(file string) error { return os.WriteFile(file, r.Scenario, 0o644) },
	} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := write(filepath.Join(root, folder, "mocks.yaml")); err != nil {
			t.Fatal(err)
		}
	}
	if n := replayed(t, r.Cassette, filepath.Join(root, "cassettes", "mocks.yaml")); n != 300 {
		t.Errorf("%d of 300 mocks were answered", n)
	}
	p, err := project.Open(project.Dirs{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	suite, err := replay.Run(t.Context(), p, replay.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range suite.Cases {
		for _, f := range c.Findings {
			t.Errorf("%s: %s", f.Rule, f.Sentence())
		}
		if c.Steps != 300 || c.Status != report.Passed {
			t.Errorf("%d steps: %s", c.Steps, c.Status)
		}
	}
}

// replayed sends what was imported, in its order, to the cassette that was saved of it, and
// counts the requests that were answered as they were recorded.
func replayed(t *testing.T, c *cassette.Cassette, file string) (answered int) {
	t.Helper()
	saved, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	index, err := match.NewIndex(match.Rules{}, saved)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport:     transport.NewReplayer(index.NewSession(), transport.Options{}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, i := range c.Interactions {
		req, err := http.NewRequestWithContext(t.Context(), i.Request.Method, i.Request.URL, strings.NewReader(i.Request.Body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = i.Request.Headers.Clone()
		resp, err := client.Do(req)
		if err != nil {
			t.Errorf("%s: interaction %d: %v", c.Name, i.ID, err)
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != i.Response.Body || resp.StatusCode != i.Response.Code {
			t.Errorf("%s: interaction %d: answered %d with %d bytes (%v), want %d with %d",
				c.Name, i.ID, resp.StatusCode, len(body), err, i.Response.Code, len(i.Response.Body))
			continue
		}
		answered++
	}
	return answered
}
