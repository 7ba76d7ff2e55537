package harness_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

// The repository's own scenarios.
func TestScenarios(t *testing.T) {
	harness.RunScenarios(t, "scenarios")
}

// TestInner is what TestRunScenariosFails runs in a process of its own, to see
// subtests fail.
func TestInner(t *testing.T) {
	dir, glob := os.Getenv("HARNESS_TEST_DIR"), os.Getenv("HARNESS_TEST_GLOB")
	if dir == "" {
		t.Skip("run by TestRunScenariosFails")
	}
	t.Chdir(dir)
	// Subtests run in parallel, after this function has returned and its Chdir is
	// undone, unless they are inside a group.
	t.Run("group", func(t *testing.T) { harness.RunScenarios(t, glob) })
}

func TestRunScenariosFails(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "project"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.test\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, glob string
		want       []string
	}{
		{"bad value", "scenarios/bad*.yaml", []string{
			"--- FAIL: TestInner/group/bad ", "FAIL   A wrong name", "scenarios/bad.yaml:11: error: step read", "$.displayName",
			`"Nestor"`, `"Adele"`, "cassettes/bad.yaml:",
		}},
		{"folder", "scenarios", []string{"--- PASS: TestInner/group/good ", "--- FAIL: TestInner/group/bad "}},
		{"any depth", "scenarios/**/*.yaml", []string{"--- PASS: TestInner/group/good ", "--- FAIL: TestInner/group/deep/broken "}},
		{"nothing", "scenarios/none*.yaml", []string{`no scenario matches "scenarios/none*.yaml"`}},
		{"broken", "scenarios/deep/*.yaml", []string{"--- FAIL: TestInner/group/deep/broken ", "scenarios/deep/broken.yaml:2:", "did you mean"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cmd := exec.Command(exe, "-test.run=^TestInner$", "-test.v")
			cmd.Env = append(os.Environ(), "HARNESS_TEST_DIR="+dir, "HARNESS_TEST_GLOB="+tc.glob)
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Errorf("the run passed")
			}
			for _, want := range tc.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("output lacks %q:\n%s", want, out)
				}
			}
		})
	}
}
