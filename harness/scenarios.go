package harness

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// RunScenarios replays scenario files against their cassettes, each as a parallel
// subtest named after its file. A scenario that fails, or that could not be run,
// fails its subtest with the same text that graphvcr replay prints; warnings and
// notes are logged.
//
// The glob is a pattern of [filepath.Glob], in which "**/" may stand for any number
// of folders, or the name of a file or folder. It is looked up in the test's working
// directory (its package's folder), then in the project's root. A folder stands for all
// scenarios below it. A glob that finds nothing fails the test.
func RunScenarios(t *testing.T, glob string) {
	t.Helper()
	p, err := project.Open(project.Dirs{Cassettes: os.Getenv(cassettesEnv)})
	if err != nil {
		t.Fatal(explain(err))
	}
	files, err := scenarioFiles(p, glob)
	if err != nil {
		t.Fatal(explain(err))
	}
	for _, file := range files {
		t.Run(subtestName(p, file), func(t *testing.T) {
			t.Parallel()
			runScenario(t, p, file)
		})
	}
}

func runScenario(t *testing.T, p *project.Project, file string) {
	t.Helper()
	suite, err := replay.Run(t.Context(), p, replay.Selection{Paths: []string{file}, Parallel: 1})
	if err != nil {
		t.Fatal(explain(err))
	}
	var text strings.Builder
	if err := render.Suite(&text, "text", suite, render.Style{Quiet: true}); err != nil {
		t.Fatal(err)
	}
	switch sum := suite.Summary(); {
	case suite.ExitCode(report.Error) != 0:
		t.Errorf("\n%s", text.String())
	case sum.Warnings > 0:
		t.Logf("\n%s", text.String())
	}
}

func scenarioFiles(p *project.Project, glob string) ([]string, error) {
	for _, pattern := range []string{glob, filepath.Join(p.Dirs.Root, glob)} {
		matches, err := expand(pattern)
		if err != nil {
			return nil, fmt.Errorf("scenarios %q: %w", glob, err)
		}
		if len(matches) > 0 {
			return p.Files(matches...)
		}
	}
	return nil, fmt.Errorf("no scenario matches %q, neither in the working directory nor in %s", glob, p.Dirs.Root)
}

// expand is filepath.Glob in which the first "**/" stands for any number of
// folders, none included.
func expand(pattern string) ([]string, error) {
	before, after, deep := strings.Cut(filepath.ToSlash(pattern), "**/")
	if !deep {
		return filepath.Glob(pattern)
	}
	roots, err := filepath.Glob(filepath.Clean(before))
	if err != nil {
		return nil, err
	}
	var matches []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(dir string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			found, err := filepath.Glob(filepath.Join(dir, after))
			matches = append(matches, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return matches, nil
}

// subtestName is the file's path below the scenarios folder where it lies there.
func subtestName(p *project.Project, file string) string {
	name := file
	if rel, err := filepath.Rel(p.Dirs.Scenarios, file); err == nil && filepath.IsLocal(rel) {
		name = filepath.ToSlash(rel)
	}
	return strings.TrimSuffix(name, filepath.Ext(name))
}

func explain(err error) string {
	var text strings.Builder
	for _, p := range report.Problems(err) {
		fmt.Fprintf(&text, "%v\n", p.Err)
		if p.Hint != "" {
			fmt.Fprintf(&text, "hint: %s\n", p.Hint)
		}
	}
	return text.String()
}
