package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rclone copies to a OneDrive, lists, checks, copies down, moves and deletes, fourteen
// commands of the lab's. On replay each ends as it did live, shows under their own names
// and with their own hashes the files that it has uploaded, and gets their bytes back; what
// it has not uploaded is filler, of which the hashes are right too.
func TestRcloneThroughExec(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("rclone"); err != nil {
		missing(t, "rclone", "rclone is not installed: apt-get install rclone")
	}
	d := startOneDrive(t)
	dir := projectWith(t, "")
	if out, err := exec.Command("bash", filepath.Join(d.lab, "setup.sh"), dir).CombinedOutput(); err != nil {
		t.Fatalf("setup.sh: %v\n%s", err, out)
	}
	run := func(name string, flags ...string) rcloneRun {
		t.Helper()
		script := []string{"bash", "-c", `cd "$1" && exec bash "$2" "$3"`, "sh", dir, filepath.Join(d.lab, "rclone.sh"), name}
		text := underExec(t, dir, script, []string{"RCLONE_CONFIG=" + filepath.Join(dir, "rclone.conf")}, flags...)
		return readRcloneRun(t, text, filepath.Join(dir, name))
	}
	live := run("live", d.recording()...)
	if commands := strings.Count(live.exits, " rc=0\n"); commands != 14 || strings.Count(live.exits, "\n") != 14 {
		t.Fatalf("%d of 14 commands succeeded live:\n%s", commands, live.exits)
	}
	d.stop()
	wantClosed(t, d.graph, d.files)
	wantNone(t, filepath.Join(dir, "cassettes", "client.yaml"), append(d.secrets(t), "RCLONE", "megan", "Megan", "fabrikam-real", "Bericht", "big.bin", "hello")...)
	equal := 0
	for n := range programReplays("rclone") {
		if err := live.replayedAs(run(fmt.Sprintf("replay%d", n+1))); err != nil {
			t.Errorf("replay %d: %v", n+1, err)
		} else {
			equal += 14
		}
	}
	t.Logf("rclone: 14 commands, %d replays, %d of %d equal", programReplays("rclone"), equal, 14*programReplays("rclone"))
}

// A rcloneRun is what a run of the lab's rclone.sh left.
type rcloneRun struct {
	exits string            // a line a command
	files map[string]string // what each said, NAME.out and NAME.err, and what was copied down, down/PATH
}

func readRcloneRun(t *testing.T, exits, dir string) rcloneRun {
	t.Helper()
	run := rcloneRun{exits, map[string]string{}}
	for _, pattern := range []string{"*.out", "*.err", "down/*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("rclone.sh left no %s (%v):\n%s", pattern, err, exits)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			run.files[filepath.ToSlash(strings.TrimPrefix(name, dir+string(filepath.Separator)))] = string(text)
		}
	}
	return run
}

// replayedAs says how a replay differs from the live run.
func (live rcloneRun) replayedAs(again rcloneRun) error {
	if again.exits != live.exits {
		return fmt.Errorf("other exits:\n%s", difference(live.exits, again.exits))
	}
	if check := again.files["check.err"]; !strings.Contains(check, ": 0 differences found\n") || !strings.Contains(check, ": 3 matching files\n") {
		return fmt.Errorf("rclone check says\n%s", check)
	}
	for name, text := range again.files {
		if strings.HasSuffix(name, ".err") && name != "check.err" && text != "" {
			return fmt.Errorf("%s says\n%s", name, text)
		}
	}
	for _, name := range []string{"about", "up", "check", "down", "downbig", "mv", "rcat", "del", "purge", "lsend"} {
		if want, got := live.files[name+".out"], again.files[name+".out"]; want != got {
			return fmt.Errorf("%s prints otherwise:\n%s", name, difference(want, got))
		}
	}
	for _, name := range []string{"big.bin", "small.txt", "data.json"} {
		if want := live.files["down/"+name]; want == "" || again.files["down/"+name] != want {
			return fmt.Errorf("%s is not what was uploaded", name)
		}
	}
	if a, b := len(live.files), len(again.files); a != b {
		return fmt.Errorf("%d files are left, want %d", b, a)
	}
	whole, part := again.files["cat.out"], again.files["catpart.out"]
	if len(whole) != len(live.files["cat.out"]) || part != whole[3:8] || whole == live.files["cat.out"] {
		return fmt.Errorf("cat prints %q, and five bytes from the third %q", whole, part)
	}
	if err := listedAs(live.files["lsb.out"], again.files["lsb.out"], "ID"); err != nil {
		return fmt.Errorf("lsb: %w", err)
	}
	if err := listedAs(live.files["ls.out"], again.files["ls.out"], "ID", "Path", "Name"); err != nil {
		return fmt.Errorf("ls: %w", err)
	}
	return nil
}

// listedAs says how two lists of rclone lsjson differ, but for a renaming of some members'
// values.
func listedAs(live, again string, renamed ...string) error {
	var want, got []map[string]any
	if err := json.Unmarshal([]byte(live), &want); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(again), &got); err != nil {
		return err
	}
	if len(want) != len(got) || len(want) == 0 {
		return fmt.Errorf("%d entries, want %d", len(got), len(want))
	}
	by := func(list []map[string]any) { // names are others, and rclone sorts by them
		slices.SortStableFunc(list, func(a, b map[string]any) int { return strings.Compare(unnamed(a, renamed), unnamed(b, renamed)) })
	}
	by(want)
	by(got)
	r := renaming{values: map[string]string{}, ids: map[string]string{}, back: map[string]string{}}
	for n := range want {
		if unnamed(want[n], renamed) != unnamed(got[n], renamed) {
			return fmt.Errorf("got %v, want %v", got[n], want[n])
		}
		if err := r.value(any(want[n]), any(got[n])); err != nil {
			return err
		}
	}
	return nil
}

// unnamed is an entry without some members.
func unnamed(entry map[string]any, without []string) string {
	left := map[string]any{}
	for name, value := range entry {
		if !slices.Contains(without, name) {
			left[name] = value
		}
	}
	return fmt.Sprint(left)
}
