package testkit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.On(m, "git", "no-such-program").Run()) }

// On a machine where everything is set and installed, a test binary sees nothing of it.
func TestHostileMachine(t *testing.T) {
	bin := t.TempDir()
	for _, name := range []string{"az", "git"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\nexit 9\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestMachine$", "-test.v")
	cmd.Env = []string{
		"PATH=" + bin, "HOME=/hostile", "XDG_CONFIG_HOME=/hostile", "AZURE_TENANT_ID=hostile", "GRAPHVCR_TOKEN=hostile", "GRAPHVCR_MODE=live",
		"HTTPS_PROXY=http://hostile", "no_proxy=hostile", "SSL_CERT_FILE=/hostile", "GIT_DIR=/hostile", "CI=hostile", "GOOGLE_APPLICATION_CREDENTIALS=hostile",
		"TZ=Asia/Kathmandu", "LANG=hostile", "GOCACHE=/kept", "GRAPHVCR_FULL=0", "TMPDIR=" + t.TempDir(),
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestMachine") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestMachine looks at the machine from inside.
func TestMachine(t *testing.T) {
	for _, entry := range os.Environ() {
		if strings.Contains(entry, "hostile") {
			t.Errorf("%s is seen", entry)
		}
	}
	if _, err := exec.LookPath("az"); err == nil {
		t.Error("a program is seen that the tests did not name")
	}
	for _, of := range []func() (string, error){os.UserHomeDir, os.UserConfigDir, os.UserCacheDir} {
		dir, err := of()
		if err != nil {
			t.Error(err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("%s is not empty", dir)
		}
	}
	if _, offset := time.Now().Zone(); offset != 0 {
		t.Error("the time zone is seen")
	}
	if path := filepath.SplitList(os.Getenv("PATH")); len(path) != 1 || !slices.Contains(path, filepath.Join(os.Getenv("GRAPHVCR_TESTKIT"), "bin")) {
		t.Errorf("PATH is %q", path)
	}
}

// The go command is run with the settings of outside.
func TestGo(t *testing.T) {
	out, err := testkit.Go("env", "GOCACHE").CombinedOutput()
	if err != nil || strings.Contains(string(out), os.Getenv("GRAPHVCR_TESTKIT")) {
		t.Errorf("%v: %s", err, out)
	}
}
