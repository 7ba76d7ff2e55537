package draft_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

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

// Texts that YAML would take for something else, without quotes, are drafted as the texts that
// they are, wherever they stand: the draft can be read, and says the same.
func TestTextsThatLookLikeNumbers(t *testing.T) {
	for _, text := range []string{
		"0x010100D0A1B2C3D4E5F60718293A4B5C6D7E8F", "0x1f", "0o17", "0b1", "1_000", "+5", ".inf", "1e400", "012", "1:30", "null", "yes", "<<", "~", "",
	} {
		body := fmt.Sprintf(`{"list":[%[1]q],"member":%[1]q,"object":{%[1]q:true}}`, text)
		c := &cassette.Cassette{Name: "texts", Interactions: []*cassette.Interaction{{
			Request:  cassette.Request{Method: "POST", URL: "https://graph.microsoft.com/v1.0/groups", Body: body},
			Response: cassette.Response{Code: 201, Body: `{}`},
		}}}
		d, err := draft.Scenario(c)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var read struct {
			Steps []struct{ Request struct{ Body any } }
		}
		if err := yaml.Unmarshal(d.Text, &read); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"list": []any{text}, "member": text, "object": map[string]any{text: true}}
		if diff := cmp.Diff(want, read.Steps[0].Request.Body); diff != "" {
			t.Errorf("%q: the draft sends another body (-want +got):\n%s\n%s", text, diff, d.Text)
		}
	}
}
