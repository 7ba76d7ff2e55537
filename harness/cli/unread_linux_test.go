package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A folder that cannot be read costs what lies in it: all else below the path is done, the
// folder is named, and the status is 2.
func TestAFolderThatCannotBeRead(t *testing.T) {
	asNobody(t)
	har := `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[]}}`
	for name, files := range map[string]map[string]string{
		"har": {"har/a.har": har, "har/locked/b.har": har},
		"project": {
			"cassettes/good.yaml": leaky, "cassettes/locked/bad.yaml": leaky,
			"scenarios/good.yaml": "api: v1.0\nsteps:\n  - request: {method: GET, path: /me}\n",
			"twin/good.yaml":      leaky, "twin/locked/bad.yaml": leaky,
		},
	} {
		dir := t.TempDir()
		for name, text := range files {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		locked := filepath.Join(dir, map[string]string{"har": "har", "project": "cassettes"}[name], "locked")
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(locked, 0o777) })
		t.Chdir(dir)
		for line, want := range map[string]string{
			"lint":                       "project: FAIL   cassettes/good.yaml",
			"lint cassettes nowhere":     "project: nothing to lint at nowhere",
			"redact --dry-run cassettes": "project: ok     cassettes/good.yaml",
			"tidy --dry-run":             "project: ok     cassettes/good.yaml",
			"diff cassettes twin":        "project: ok     good",
			"diff twin cassettes":        "project: ok     good",
			"record --recover":           "project: ",
			"import har har --out .":     "har: ok     a (nothing to import",
		} {
			of, want, _ := strings.Cut(want, ": ")
			if of != name {
				continue
			}
			var out, talk bytes.Buffer
			status := Run(t.Context(), strings.Fields(line), Streams{Out: &out, Err: &talk})
			said := out.String() + talk.String()
			if status != statusCouldNot || !strings.Contains(said, want) || !strings.Contains(said, "locked: permission denied") ||
				strings.Contains(said, "locked/bad.yaml: warning: it is in") {
				t.Errorf("graphvcr %s: status %d, want it to tell of the folder, and %q\n%s", line, status, want, said)
			}
		}
	}
}

// asNobody has what the test does be done by a user who has no rights on what others own.
func asNobody(t *testing.T) {
	if os.Getuid() != 0 {
		return
	}
	const nobody = 65534
	for dir := filepath.Dir(t.TempDir()); dir != filepath.Dir(dir) && strings.HasPrefix(dir, os.TempDir()+"/"); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread() // which the rights are of
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Setfsuid(0)
		runtime.UnlockOSThread()
	})
}

const leaky = `---
version: 2
interactions:
    - id: 0
      request:
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        host: graph.microsoft.com
        headers: {}
        url: https://graph.microsoft.com/v1.0/me
        method: GET
      response:
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        body: '{"password":"Hunter2!x"}'
        headers: {Content-Type: [application/json]}
        status: 200 OK
        code: 200
        duration: 1ms
`
