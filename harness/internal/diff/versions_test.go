package diff_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestVersions compares what Microsoft recorded again and again of one client's tests over
// three years, in order, in a project that has Graph's metadata. Each change that is told has
// a reason, which was looked up in the recordings.
func TestVersions(t *testing.T) {
	const folder = "recordings/azure-cli-versions"
	tests, err := os.ReadDir(testkit.Corpus(t, folder))
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..", "..")
	p, err := project.Open(project.Dirs{Cassettes: t.TempDir(), Scenarios: t.TempDir(), Schemas: filepath.Join(root, "schemas")})
	if err != nil {
		t.Fatal(err)
	}
	reasons, used := reasons(t), map[string]bool{}
	for _, test := range tests {
		var b strings.Builder
		var before *cassette.Cassette
		for _, file := range testkit.CorpusFiles(t, folder+"/"+test.Name(), "*.yaml") {
			result, err := importer.Reader{}.Read(importer.Of(importer.VCRPy), file, test.Name(), func(*cassette.Cassette) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			now := result.Cassette
			now.File = filepath.Base(file)
			if before != nil {
				drift, err := diff.Compare(before, now, diff.Options{IsText: judge.Texts(p.Dirs.Schemas)})
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "== %s to %s\n", before.File, now.File)
				for _, c := range drift.Changes {
					what := string(c.Rule) + " " + c.Where
					if reasons[what] == "" {
						t.Errorf("%s: %s to %s: no reason is known for %s", test.Name(), before.File, now.File, what)
					}
					used[what] = true
					fmt.Fprintf(&b, "%s    %s\n", list([]diff.Change{c}), reasons[what])
				}
			}
			before = now
		}
		testkit.Golden(t, "testdata/versions/"+test.Name()+".golden", b.String())
	}
	for what := range reasons {
		if !used[what] {
			t.Errorf("a reason is given for %s, which is not told", what)
		}
	}
}

// reasons are why changes are told, by rule and place.
func reasons(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/versions/reasons.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		what, why, _ := strings.Cut(strings.TrimSpace(line), ": ")
		all[what] = why
	}
	return all
}
