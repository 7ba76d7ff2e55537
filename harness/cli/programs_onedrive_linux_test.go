package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOnedrive: Debian's onedrive, which reads no variable, downloads a drive under --isolate,
// and again from the recording: as many files, of the same lengths, and its refresh token as
// it was.
func TestOnedrive(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("onedrive")
	if err != nil {
		missing(t, "onedrive", "onedrive is not installed")
	}
	d := startOneDrive(t)
	dir := projectWith(t, redacted)
	download := func(flags ...string) (lengths []int64, token string) {
		home := t.TempDir()
		into := filepath.Join(home, "drive")
		if err := os.Mkdir(into, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"refresh_token": "REFRESH-abcdefghijklmnop", "config": fmt.Sprintf("sync_dir = %q\n", into)} {
			if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := graphvcr(t, dir, "exec", append(append([]string{"--isolate", "--cassette", "drive"}, flags...),
			"--", program, "--confdir", home, "--synchronize", "--download-only")...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if refusedIsolation(err, &stderr) {
			t.Skipf("this system does not allow it: %s", &stderr)
		}
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, out, &stderr)
		}
		err = filepath.WalkDir(into, func(_ string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err == nil {
				lengths = append(lengths, info.Size())
			}
			return err
		})
		text, readErr := os.ReadFile(filepath.Join(home, "refresh_token"))
		if err := errors.Join(err, readErr); err != nil {
			t.Fatal(err)
		}
		slices.Sort(lengths)
		return lengths, string(text)
	}
	recorded, fresh := download(d.recording()...)
	if len(recorded) < 4 || fresh == "" {
		t.Fatalf("recorded %d files", len(recorded))
	}
	d.stop()
	wantClosed(t, d.graph, d.files)
	replayed, kept := download()
	if !slices.Equal(recorded, replayed) {
		t.Errorf("replayed files of %d bytes, recorded %d", replayed, recorded)
	}
	if !strings.HasPrefix(kept, "REFRESH-") {
		t.Errorf("the replay has replaced the refresh token: %q", kept)
	}
	wantNone(t, filepath.Join(dir, "cassettes", "drive.yaml"), append(d.secrets(t), "fabrikam-real", "Megan")...)
}
