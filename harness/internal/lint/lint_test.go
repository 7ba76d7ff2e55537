package lint_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/internal/lint"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

func lay(t *testing.T, files string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	if err := txtar.Write(txtar.Parse([]byte(files)), dir); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(project.Dirs{Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// found lints paths below the root and returns "file: rule rule" for every case,
// files named below the root.
func found(t *testing.T, p *project.Project, paths ...string) []string {
	t.Helper()
	for i := range paths {
		if _, err := p.CassetteFile(paths[i]); err != nil {
			paths[i] = p.Dirs.Root + "/" + paths[i]
		}
	}
	suite, err := lint.Run(t.Context(), p, paths)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range suite.Cases {
		line := strings.TrimPrefix(c.File, p.Dirs.Root+"/") + ":"
		for _, f := range c.Findings {
			line += " " + string(f.Rule)
		}
		all = append(all, line)
	}
	return all
}

const scenarioA = `-- scenarios/a.yaml --
name: a
api: beta
cassette: shared
steps: [{request: {method: GET, path: /me}, expect: {status: 200}}]
`

const scenarioB = `-- scenarios/deep/b.yaml --
name: b
api: beta
cassette: shared
steps: [{request: {method: GET, path: /users}, expect: {status: 200}}]
`

const shared = `-- cassettes/shared.yaml --
version: 2
interactions:
  - id: 0
    request: {method: GET, url: "https://graph.microsoft.com/beta/me"}
    response: {code: 200, headers: {Content-Type: [application/json]}, body: "{}", duration: 0s}
  - id: 1
    request: {method: GET, url: "https://graph.microsoft.com/beta/users"}
    response: {code: 200, headers: {Content-Type: [application/json]}, body: "{}", duration: 0s}
`

func TestRun(t *testing.T) {
	for _, tc := range []struct {
		name, files string
		paths, want []string
	}{
		{"clean", scenarioA + scenarioB + shared, nil, []string{"cassettes/shared.yaml:", "scenarios/a.yaml:", "scenarios/deep/b.yaml:"}},
		{"unused", scenarioA + shared, nil, []string{"cassettes/shared.yaml: replay.unused", "scenarios/a.yaml:"}},
		{"unused, cassette alone", scenarioA + shared, []string{"cassettes/shared.yaml"}, []string{"cassettes/shared.yaml: replay.unused"}},
		{"unused, scenario alone", scenarioA + shared, []string{"scenarios"}, []string{"scenarios/a.yaml: replay.unused"}},
		{"used by a file that is not linted", scenarioA + scenarioB + shared, []string{"cassettes"}, []string{"cassettes/shared.yaml:"}},
		{"cassette by name", scenarioA + scenarioB + shared, []string{"shared"}, []string{"cassettes/shared.yaml:"}},
		{"a broken scenario keeps its cassette", "-- scenarios/shared.yaml --\nname: [\n" + shared, nil,
			[]string{"cassettes/shared.yaml:", "scenarios/shared.yaml: scenario.load"}},
		{"cassettes of Go tests", shared, nil, []string{"cassettes/shared.yaml:"}},
		{"orphan", strings.ReplaceAll(scenarioA, "cassette: shared", "cassette: x") + shared, nil,
			[]string{"cassettes/shared.yaml: cassette.orphan", "scenarios/a.yaml: scenario.cassette"}},
		{"files of one name", strings.NewReplacer("name: a\n", "", "name: b\n", "", "deep/b.yaml", "deep/a.yaml").Replace(scenarioA+scenarioB) + shared, nil,
			[]string{"cassettes/shared.yaml:", "scenarios/a.yaml:", "scenarios/deep/a.yaml:"}},
		{"a body that is not there", strings.ReplaceAll(scenarioA, "path: /me", "path: /me, bodyFile: me.json") + scenarioB + shared, []string{"scenarios"},
			[]string{"scenarios/a.yaml: scenario.bodyfile", "scenarios/deep/b.yaml:"}},
		{"elsewhere, named", strings.NewReplacer("-- scenarios/", "-- other/", "-- cassettes/", "-- other/").Replace(scenarioA + shared), []string{"other"},
			[]string{"other/a.yaml: scenario.cassette", "other/shared.yaml:"}},
		{"other files", "-- x/a.txt --\n-- x/b.json --\n{}\n-- x/.hidden.yaml --\n-- x/c.yaml --\na: 1\n", []string{"x", "x/a.txt"},
			[]string{"x/a.txt: lint.unknown", "x/c.yaml: lint.unknown"}},
		{"schemas", "-- schemas/beta/t.json --\n{}\n-- schemas/beta/u.json --\n[\n-- schemas/graphvcr/v.json --\n[\n", nil,
			[]string{"schemas/beta/t.json:", "schemas/beta/u.json: schema.load"}},
		{"a misspelt matcher", "-- scenarios/a.yaml --\napi: v1.0\nsteps: [{request: {method: GET, path: /me}, expect: {body: {id: {fromat: guid}, mail: {oneof: [a]}, home: {same: 1}, formation: x}}}]\n-- cassettes/a.yaml --\nversion: 2\ninteractions: []\n", nil,
			[]string{"cassettes/a.yaml:", "scenarios/a.yaml: scenario.keyword scenario.keyword"}},
		{"types that x-graph names", `-- schemas/beta/microsoft.graph.a.json --
{"properties": {"x": {"x-graph": {"type": "microsoft.graph.chatInfo"}}, "y": {"x-graph": {"type": "microsoft.graph.chatInof"}}, "z": {"x-graph": {"type": "microsoft.graph.other"}}}}
-- schemas/beta/microsoft.graph.chatInfo.json --
{}
`, nil, []string{"schemas/beta/microsoft.graph.a.json: schema.type", "schemas/beta/microsoft.graph.chatInfo.json:"}},
		{"schemas elsewhere", "-- x/v1.0/t.json --\n{}\n-- x/v1.0/u.json --\n[\n", []string{"x"},
			[]string{"x/v1.0/t.json:", "x/v1.0/u.json: schema.load"}},
		{"rules elsewhere", "-- x/rules.yaml --\nredact: {secrets: off}\n", []string{"x"}, []string{"x/rules.yaml: rules.load"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, found(t, lay(t, tc.files), tc.paths...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	p := lay(t, scenarioA+shared)
	if _, err := lint.Run(t.Context(), p, []string{"nowhere"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a path that is not there: %v", err)
	}
	for _, files := range []string{"-- go.mod --\n", strings.ReplaceAll(scenarioA+shared, "-- ", "-- other/")} {
		if _, err := lint.Run(t.Context(), lay(t, files), nil); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("nothing to check: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lint.Run(ctx, p, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The repository's own files.
func TestRepositoryIsClean(t *testing.T) {
	p, err := project.Open(project.Dirs{Root: filepath.Join("..", "..", "..")})
	if err != nil {
		t.Fatal(err)
	}
	suite, err := lint.Run(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if suite.ExitCode(report.Warning) != 0 {
		var text strings.Builder
		if err := render.Suite(&text, "text", suite, render.Style{Quiet: true}); err != nil {
			t.Fatal(err)
		}
		t.Error(text.String())
	}
}
