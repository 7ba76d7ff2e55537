package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// recordedWith is how the stand-in behaved for a recording, where not as usual.
var recordedWith = map[string]emulator.Options{
	"users/lifecycle": {NotFoundAfterCreate: 1},
	"users/throttled": {Throttle: emulator.Throttle{Every: 3, UnavailableEvery: 2}},
}

// TestShippedRecordings records every shipped recording of a stand-in again, through
// the command, and compares: none of them was written by hand. UPDATE_GOLDEN=1 puts
// the new ones in their places, and makes those that a scenario lacks.
func TestShippedRecordings(t *testing.T) {
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	names := shippedRecordings(t, repository)
	if len(names) < 12 {
		t.Errorf("%d recordings of a stand-in are shipped, want 12", len(names))
	}
	atOnce(t, names, func(t *testing.T, name string) {
		dir := saltedFolder(t, repository)
		recordShipped(t, repository, dir, name, recordedWith[name])
		file := filepath.FromSlash(name) + ".yaml"
		fresh, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		shipped := filepath.Join(repository, "cassettes", file)
		old, err := os.ReadFile(shipped)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if bytes.Equal(timeless(fresh), timeless(old)) {
			return
		}
		if os.Getenv("UPDATE_GOLDEN") == "" {
			t.Errorf("%s is not what a recording gives today: UPDATE_GOLDEN=1 rewrites it\n%s", shipped, firstDifference(timeless(fresh), timeless(old)))
			return
		}
		if err := os.MkdirAll(filepath.Dir(shipped), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(shipped, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

// atOnce runs a subtest for each name beside the others, however few tests run in parallel:
// what these do is wait.
func atOnce(t *testing.T, names []string, test func(t *testing.T, name string)) {
	t.Parallel()
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			t.Run(name, func(t *testing.T) { test(t, name) })
		})
	}
	all.Wait()
}

// saltedFolder is a folder with the salt of the shipped cassettes.
func saltedFolder(t *testing.T, repository string) string {
	t.Helper()
	dir := t.TempDir()
	salt, err := os.ReadFile(filepath.Join(repository, "cassettes", "salt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "salt"), salt, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// recordShipped records a shipped scenario into a folder.
func recordShipped(t *testing.T, repository, dir, name string, o emulator.Options) {
	t.Helper()
	scopes, roles := leastPrivileges(t, filepath.Join(repository, "scenarios", filepath.FromSlash(name)+".yaml"))
	record := startStandIn(t, o, scopes, roles).command(t, "record", name, "--cassettes", dir)
	record.Dir = repository
	if out, err := record.CombinedOutput(); err != nil {
		t.Fatalf("record: %v\n%s", err, out)
	}
}

// TestRecordedAgain holds law 9: recorded again over its cassette, from a service whose ids,
// tokens, etags and instants are all others, a scenario's cassette differs in one line.
func TestRecordedAgain(t *testing.T) {
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	atOnce(t, shippedRecordings(t, repository), func(t *testing.T, name string) {
		dir := saltedFolder(t, repository)
		file := filepath.Join(dir, filepath.FromSlash(name)+".yaml")
		var texts [2][]byte
		for n := range texts {
			o := recordedWith[name]
			o.Seed = 1 + uint64(n)
			o.Now = func() time.Time { return time.Now().Add(time.Duration(n) * 31 * time.Minute) }
			recordShipped(t, repository, dir, name, o)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts[n] = recordedAt.ReplaceAll(text, nil)
		}
		if !bytes.Equal(texts[0], texts[1]) {
			t.Error(changedLines(texts[0], texts[1]))
		}
	})
}

var recordedAt = regexp.MustCompile(`(?m)^  recorded-at: .*$`)

// changedLines shows what differs between two texts, line by line.
func changedLines(before, after []byte) string {
	a, b := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	if len(a) != len(b) {
		return firstDifference(after, before)
	}
	var out strings.Builder
	for n := range a {
		if a[n] != b[n] {
			fmt.Fprintf(&out, "%d\n- %s\n+ %s\n", n+1, a[n], b[n])
		}
	}
	return out.String()
}

// leastPrivileges are the permissions that a scenario says it needs of a user and of an
// app. A recording holds no more, so that what a scenario says is enough.
func leastPrivileges(t *testing.T, file string) (scopes, roles []string) {
	t.Helper()
	sc, err := scenario.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range slices.Concat(sc.Steps, sc.Cleanup) {
		switch need := step.Permissions; {
		case need == nil:
		case step.As == "app":
			roles = append(roles, need.Application[0])
		default:
			scopes = append(scopes, need.Delegated[0])
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(scopes))), slices.Compact(slices.Sorted(slices.Values(roles)))
}

// shippedRecordings names the scenarios whose cassette is a stand-in's recording, or
// which have none yet.
func shippedRecordings(t *testing.T, repository string) []string {
	t.Helper()
	var names []string
	scenarios := filepath.Join(repository, "scenarios")
	err := filepath.WalkDir(scenarios, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		rel, err := filepath.Rel(scenarios, file)
		if err != nil {
			return err
		}
		c, err := cassette.Load(filepath.Join(repository, "cassettes", rel))
		if errors.Is(err, fs.ErrNotExist) || err == nil && c.Meta.Origin == cassette.Emulator {
			names = append(names, strings.TrimSuffix(filepath.ToSlash(rel), ".yaml"))
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// timeless drops what a clock decides.
func timeless(text []byte) []byte { return clocked.ReplaceAll(text, []byte("$1 -")) }

var clocked = regexp.MustCompile(`(?m)^(\s*(?:recorded-at|duration):) .*$`)

func firstDifference(fresh, old []byte) string {
	a, b := strings.Split(string(fresh), "\n"), strings.Split(string(old), "\n")
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	at := func(lines []string) string { return strings.Join(lines[min(n, len(lines)):min(n+3, len(lines))], "\n") }
	return "now:\n" + at(a) + "\nshipped:\n" + at(b)
}
