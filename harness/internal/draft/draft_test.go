package draft_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

const shipped = "../../../cassettes"

func drafted(t *testing.T, name string) (*draft.Draft, *cassette.Cassette) {
	t.Helper()
	c, err := cassette.Load(filepath.Join(shipped, filepath.FromSlash(name)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.Name = name
	d, err := draft.Scenario(c)
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

// What a draft looks like: a poll and a followed link, pages, a batch.
// UPDATE_GOLDEN=1 rewrites; read the difference before it is committed.
func TestScenario(t *testing.T) {
	for _, name := range []string{"teams/create-chat", "users/list-pages", "groups/count-needs-eventual", "users/lifecycle", "batch/depends-on"} {
		t.Run(name, func(t *testing.T) {
			d, _ := drafted(t, name)
			testkit.Golden(t, filepath.Join("testdata", filepath.Base(name)+".golden"), string(d.Text))
		})
	}
}

// A draft passes against the recording that it was made from, with its variables.
func TestDraftsPass(t *testing.T) {
	scenarios, cassettes := t.TempDir(), t.TempDir()
	salt, err := os.ReadFile(filepath.Join(shipped, "salt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cassettes, "salt"), salt, 0o644); err != nil {
		t.Fatal(err)
	}
	n := 0
	err = fs.WalkDir(os.DirFS(shipped), ".", func(file string, entry fs.DirEntry, err error) error {
		name, isCassette := strings.CutSuffix(file, ".yaml")
		if err != nil || entry.IsDir() || !isCassette || name == "rules" {
			return err
		}
		n++
		target := filepath.Join(scenarios, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		d, c := drafted(t, name)
		d.Keep(c)
		return errors.Join(os.WriteFile(target, d.Text, 0o644), c.Save(filepath.Join(cassettes, filepath.FromSlash(file)), nil))
	})
	if err != nil || n == 0 {
		t.Fatalf("%d cassettes: %v", n, err)
	}
	p, err := project.Open(project.Dirs{Root: filepath.Join("..", "..", ".."), Scenarios: scenarios, Cassettes: cassettes})
	if err != nil {
		t.Fatal(err)
	}
	suite, err := replay.Run(t.Context(), p, replay.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if len(suite.Cases) != n {
		t.Errorf("replayed %d drafts of %d", len(suite.Cases), n)
	}
	for _, c := range suite.Cases {
		if c.Status != report.Passed {
			t.Errorf("%s: %s", c.File, c.Status)
		}
		for _, f := range c.Findings {
			if f.Rule == "schema.open" || f.Rule == "answer.untyped" {
				continue // a note: what the service answered beyond metadata is no fault of a draft
			}
			t.Errorf("%s: step %s: %s: %s", c.File, f.Step, f.Rule, f.Sentence())
		}
	}
}
