package importer_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// docsProject is an empty project with the repository's schemas.
func docsProject(t testing.TB) *project.Project {
	t.Helper()
	root := t.TempDir()
	for _, sub := range []string{"cassettes", "scenarios"} {
		if err := os.Mkdir(filepath.Join(root, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Open(project.Dirs{Root: root, Schemas: filepath.Join("..", "..", "..", "schemas")})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// importPage imports a page into a project, as the command does.
func importPage(t *testing.T, p *project.Project, file, name string) *importer.Result {
	t.Helper()
	var guard cassette.Guard
	r, err := importer.Docs(file, name, importer.DocsOptions{Holds: judge.NewPages(p).Holds, Clean: func(c *cassette.Cassette) (err error) {
		_, guard, err = clean.Cassette(p, c, "")
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cassette.Interactions) == 0 {
		return r
	}
	if err := r.Cassette.Save(filepath.Join(p.Dirs.Cassettes, name+".yaml"), guard); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.Dirs.Scenarios, name+".yaml"), r.Scenario, 0o644); err != nil {
		t.Fatal(err)
	}
	return r
}

func replayAll(t *testing.T, p *project.Project) (steps int) {
	t.Helper()
	suite, err := replay.Run(t.Context(), p, replay.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range suite.Cases {
		steps += c.Steps
		if c.Status != report.Passed {
			t.Errorf("%s: %s: %v", c.File, c.Status, c.Findings)
		}
	}
	return steps
}

// The seed page passes offline, and its contradictions are told.
func TestSeedPage(t *testing.T) {
	file := testkit.Corpus(t, "docs/seed/teamsasyncoperation-get.md")
	p := docsProject(t)
	r := importPage(t, p, file, "operation")
	_, judged, err := judge.NewPages(p).Types(r.Cassette, []string{r.Examples[0].Type}, file)
	if err != nil {
		t.Fatal(err)
	}
	conforming, err := judge.Cassette(p.Answers, r.Cassette, file)
	if err != nil {
		t.Fatal(err)
	}
	judged = append(judged, conforming...)
	r.Locate(judged)
	var got []string
	for _, f := range slices.Concat(r.Findings, judged) {
		if f.Rule != "docs.block" && f.Rule != "docs.metadata" {
			got = append(got, fmt.Sprintf("%s %d %s %s", f.Severity, f.Line, f.Rule, f.Where))
		}
	}
	slices.Sort(got)
	want := []string{
		"note 104 docs.version $['operationType']", // v1.0 has no createChat
		"note 111 schema.open $['values']",
		"warning 98 docs.status ", // 202 with the phrase of 200, which is promised
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	sc, err := scenario.Parse("operation.yaml", r.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	step := sc.Steps[0]
	if diff := cmp.Diff(&scenario.Permissions{
		Delegated:   []string{"Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"},
		Application: []string{"ChatSettings.Read.Chat*", "ChatSettings.ReadWrite.Chat*", "Chat.Manage.Chat*", "Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All"},
	}, step.Permissions); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if step.Expect.Schema != "microsoft.graph.teamsAsyncOperation" || !slices.Equal(step.Expect.Status, []int{202, 200}) {
		t.Errorf("expects %s with %v", step.Expect.Schema, step.Expect.Status)
	}
	if !strings.Contains(string(r.Scenario), "format: teams-operation-id") {
		t.Error("the id of three GUIDs is not expected to be one")
	}
	if i := r.Cassette.Interactions[0]; r.Cassette.Meta.Origin != cassette.Docs || i.Response.Status != "202 OK" || !strings.Contains(i.Request.URL, "19:c253a29b5f694b55a6baad8e83510af7@thread.v2") {
		t.Errorf("%s: %s: %s", r.Cassette.Meta.Origin, i.Response.Status, i.Request.URL)
	}
	if steps := replayAll(t, p); steps != 1 {
		t.Errorf("%d steps", steps)
	}
}

// Nearly all pairs of the golden list are interactions, and every scenario passes.
func TestGoldenPagesReplay(t *testing.T) {
	root := testkit.Corpus(t, "docs/api-reference")
	golden, err := os.ReadFile(filepath.Join("..", "docs", "testdata", "golden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	p := docsProject(t)
	imported := map[string]bool{}
	interactions := 0
	for _, api := range []string{"v1.0", "beta"} {
		err := filepath.WalkDir(filepath.Join(root, api, "api"), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			r := importPage(t, p, file, api+"-"+strings.TrimSuffix(d.Name(), ".md"))
			interactions += len(r.Cassette.Interactions)
			for _, e := range r.Examples {
				imported[fmt.Sprintf("%s/api/%s %d %d", api, d.Name(), e.Request, e.Response)] = true
			}
			for _, f := range r.Findings {
				if f.File != file || f.Line == 0 && f.Rule != "docs.include" && f.Rule != "docs.permission" {
					t.Errorf("%s: a finding without file and line: %+v", file, f)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found, total := 0, 0
	for line := range strings.Lines(string(golden)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] == "#" {
			continue
		}
		total++
		if imported[strings.Join(fields[:3], " ")] {
			found++
		}
	}
	t.Logf("imported %d of %d pairs (%.1f%%)", found, total, 100*float64(found)/float64(total))
	if found*100 < total*95 {
		t.Errorf("imported %d of %d pairs, fewer than 95%%", found, total)
	}
	if steps := replayAll(t, p); steps != interactions {
		t.Errorf("%d steps replay %d interactions", steps, interactions)
	}
}

// A file that is no page is an error with a hint; a page without examples is nothing.
func TestDocsRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := importer.Docs(filepath.Join(dir, "no.md"), "no", importer.DocsOptions{}); err == nil {
		t.Error("a file that is not there was read")
	}
	blocks := filepath.Join(dir, "blocks.md")
	if err := os.WriteFile(blocks, []byte(strings.Repeat("```\n```\n", 60000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := importer.Docs(blocks, "blocks", importer.DocsOptions{})
	if err == nil || !strings.Contains(err.Error(), "line 100001: no page of documentation: more than 50000 blocks") {
		t.Errorf("got %v", err)
	}
	empty := filepath.Join(dir, "empty.md")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := importer.Docs(empty, "empty", importer.DocsOptions{}); err != nil || len(r.Cassette.Interactions) != 0 || r.Scenario != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

// A body that cannot be made JSON is kept as it is, and the scenario passes.
func TestDocsKeepWhatIsNotJSON(t *testing.T) {
	const body = `{ "a": { "x", "y" } }`
	p := docsProject(t)
	file := filepath.Join(t.TempDir(), "page.md")
	text := "```http\nGET https://graph.microsoft.com/v1.0/me\n```\n```http\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n" + body + "\n```\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := importPage(t, p, file, "page")
	if got := r.Cassette.Interactions[0].Response.Body; got != body {
		t.Errorf("got %s", got)
	}
	if !slices.ContainsFunc(r.Findings, func(f report.Finding) bool {
		return f.Rule == "docs.json" && f.Line == 8 && f.Severity == report.Warning
	}) {
		t.Errorf("not told: %v", r.Findings)
	}
	replayAll(t, p)
}

// A page that would leak is left out and told; others are imported.
func TestDocsLeaveOutAPage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte("```http\nGET https://graph.microsoft.com/v1.0/me\n```\n```http\nHTTP/1.1 200 OK\n```\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := importer.Docs(file, "page", importer.DocsOptions{Clean: func(*cassette.Cassette) error { return errors.New("it leaks") }})
	if err != nil || len(r.Cassette.Interactions) != 0 || len(r.Findings) == 0 || r.Findings[len(r.Findings)-1].Severity != report.Error {
		t.Errorf("%+v, %v", r, err)
	}
}

// BenchmarkDocs imports the pages of the corpus, redaction and draft included.
func BenchmarkDocs(b *testing.B) {
	files, _ := filepath.Glob(filepath.Join(testkit.Corpus(b, "docs/api-reference"), "*", "api", "*.md"))
	p := docsProject(b)
	options := importer.DocsOptions{Holds: judge.NewPages(p).Holds, Clean: func(c *cassette.Cassette) error { _, _, err := clean.Cassette(p, c, ""); return err }}
	b.ReportAllocs()
	for b.Loop() {
		for _, file := range files {
			if _, err := importer.Docs(file, "page", options); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(len(files))*7000, "s/7000pages")
}

// A finding about an example has the line of the page, however the example is laid out.
func TestLocate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	page := "# Get a thing\n\n```http\nGET https://graph.microsoft.com/v1.0/things/1\n```\n\n```http\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n" +
		"{ \"id\": \"1\",\n\n  \"parts\": [1, 2,\n    3],\n  \"size\": 1 }\n```\n"
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := importer.Docs(file, "thing", importer.DocsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for where, want := range map[string]int{
		"request": 3, "status": 7, "$": 11, "$['id']": 11, "$['parts']": 13, "$['parts'][2]": 14, "$['size']": 15, "$['none']": 11,
	} {
		first := 0
		findings := []report.Finding{{Interaction: &first, Value: report.Value{Where: where}}}
		r.Locate(findings)
		if got := findings[0].Line; got != want {
			t.Errorf("%s is on line %d, want %d", where, got, want)
		}
	}
}
