package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/check"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

func TestMain(m *testing.M) { os.Exit(testkit.On(m).Run()) }

// open is a project in a folder of its own that judges by metadata.
func open(t testing.TB, metadata map[string]string) *project.Project {
	t.Helper()
	p, err := project.Open(project.Dirs{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	remove, err := check.ByMetadata(p, metadata)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	return p
}

// TestLies checks the files of testdata/lies.txtar, one after the other in each of their
// folders: every lie is found, once, and nothing else.
func TestLies(t *testing.T) {
	p := open(t, map[string]string{"v1.0": "testdata/metadata.csdl"})
	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		root := t.TempDir()
		for _, f := range archive.Files {
			if f.Name == "want" {
				continue
			}
			file := filepath.Join(root, f.Name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		result, err := check.Run(t.Context(), p, []string{root}, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		archive.Want(t, "want", strings.ReplaceAll(tell(result.Suite), filepath.ToSlash(root)+"/", ""))
	})
}

func tell(suite *report.Suite) string {
	var b strings.Builder
	for _, c := range suite.Cases {
		if len(c.Findings) == 0 {
			continue
		}
		fmt.Fprintln(&b, c.Name)
		for _, f := range c.Findings {
			fmt.Fprintf(&b, "  %s %s %s: %s", f.Place, f.Severity, f.Rule, f.Where)
			if f.Message != "" {
				fmt.Fprintf(&b, " %s", f.Message)
			}
			if f.Want+f.Got != "" {
				fmt.Fprintf(&b, ": want %s, got %s", f.Want, f.Got)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// The real answers of the corpus are what they say that they are.
func TestRealAnswers(t *testing.T) {
	p := open(t, map[string]string{"v1.0": testkit.Corpus(t, "metadata/v1.0-Prod.csdl"), "beta": testkit.Corpus(t, "metadata/beta-USNat.csdl")})
	result, err := check.Run(t.Context(), p, []string{testkit.Corpus(t, "answers")}, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result.Suite.Finish()
	sum := result.Suite.Summary()
	t.Logf("%d answers, %d judged: %+v", result.Answers, result.Judged, sum)
	if sum.Errors+sum.Warnings+sum.Failed+sum.Errored > 0 || result.Answers != 240 || result.Judged != 239 {
		t.Errorf("%+v: %s", sum, tell(result.Suite))
	}
}

// A cassette may be larger than any other file that is checked.
func TestLargeCassette(t *testing.T) {
	p := open(t, nil)
	file := filepath.Join(t.TempDir(), "large.yaml")
	var text strings.Builder
	text.WriteString("---\nversion: 2\ninteractions:\n")
	body := strings.Repeat("x", 33<<20)
	for n := range 2 {
		fmt.Fprintf(&text, "    - id: %d\n      request:\n        method: GET\n        url: https://graph.microsoft.com/v1.0/me\n"+
			"      response:\n        code: 200\n        body: %s\n        duration: 1ms\n", n, body)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := check.Run(t.Context(), p, []string{file}, check.Options{})
	if err != nil || result.Answers != 2 {
		t.Errorf("%d answers, %v: %s", result.Answers, err, tell(result.Suite))
	}
}
