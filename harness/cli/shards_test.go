package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/report/render"
)

// shardProject is a project of n scenarios, whose cassettes took from nothing to a minute to
// record. One in a hundred fails, one cannot be run, and some share a cassette, which holds
// more than they ask for.
func shardProject(t *testing.T, n int) (dir string, took map[string]time.Duration) {
	t.Helper()
	dir, took = t.TempDir(), map[string]time.Duration{}
	draw := rand.New(rand.NewPCG(18, 1))
	write := func(name, text string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("schemas/empty", "")
	for i := range n {
		name, cassette := fmt.Sprintf("area%02d/s%05d", i%37, i), ""
		asks, status := fmt.Sprintf("/users/%d", i), 200
		if i%50 < 2 { // with its neighbour
			cassette = fmt.Sprintf("shared/c%05d", i/50)
		}
		if i%100 == 7 {
			status = 404
		}
		text := fmt.Sprintf("name: n%05d\napi: beta\n", i)
		if cassette != "" {
			text += "cassette: " + cassette + "\n"
			asks = fmt.Sprintf("/users/%d", i%2)
		}
		write("scenarios/"+name+".yaml", text+fmt.Sprintf("steps:\n  - {name: get, request: {method: GET, path: %q}, expect: {status: %d}}\n", asks, status))
		paths := []string{asks}
		if cassette != "" {
			name, paths = cassette, []string{"/users/0", "/users/1", "/groups/1"}
		}
		if i == n/2 {
			continue // has no cassette
		}
		lasted := time.Duration(draw.ExpFloat64() * float64(5*time.Second)).Truncate(time.Millisecond)
		text = "version: 2\ninteractions:\n"
		for k, path := range paths {
			text += fmt.Sprintf("  - id: %d\n    request:\n      method: GET\n      url: https://graph.microsoft.com/beta%s\n    response:\n"+
				"      code: 200\n      headers: {Content-Type: [application/json]}\n      body: \"{}\"\n      duration: %s\n", k, path, lasted)
		}
		write("cassettes/"+name+".yaml", text)
		took[name] = time.Duration(len(paths)) * lasted
	}
	return dir, took
}

// The shards of a run hold every scenario once and equal parts of the recorded time, and
// their merged report is that of the whole run, in every kind. GRAPHVCR_FULL=1 has ten
// thousand scenarios, and tells time and memory.
func TestShards(t *testing.T) {
	const shards = 8
	n := 400
	if os.Getenv("GRAPHVCR_FULL") != "" {
		n = 10_000
	}
	dir, took := shardProject(t, n)
	whole := filepath.Join(dir, "whole.json")
	var also []string
	for _, kind := range render.Kinds() {
		if kind != "json" {
			also = append(also, "--report", kind+"="+filepath.Join(dir, "whole."+kind))
		}
	}
	wholeStatus := replayShard(t, dir, whole, also...)
	var files []string
	for i := 1; i <= shards; i++ {
		file := filepath.Join(dir, fmt.Sprintf("shard-%d.json", i))
		replayShard(t, dir, file, "--shard", fmt.Sprintf("%d/%d", i, shards))
		files = append(files, file)
	}
	checkBalance(t, files, n, took)
	for _, kind := range render.Kinds() {
		want, err := os.ReadFile(filepath.Join(dir, "whole."+kind))
		if err != nil {
			t.Fatal(err)
		}
		var out, talk bytes.Buffer
		status := Run(t.Context(), append([]string{"report", "merge", "--report", kind, "--quiet"}, files...), Streams{Out: &out, Err: &talk})
		if status != wholeStatus {
			t.Errorf("%s: status %d, want %d: %s", kind, status, wholeStatus, talk.String())
		}
		if want, got := untimed(string(want)), untimed(out.String()); want != got {
			t.Errorf("the merged %s is another: %s", kind, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
	missing := append(files[:2:2], files[3:]...)
	for want, args := range map[string][]string{"of 8 shards 3 is missing": missing, "are both shard 1 of 8": append(files[:1:1], files...), "one is no shard, the other shard 1 of 8": append([]string{whole}, files...)} {
		var out, talk bytes.Buffer
		if status := Run(t.Context(), append([]string{"report", "merge"}, args...), Streams{Out: &out, Err: &talk}); status != statusCouldNot || !strings.Contains(talk.String(), want) || out.Len() > 0 {
			t.Errorf("status %d, %s, want %q", status, talk.String(), want)
		}
	}
}

// untimed is a report without what differs between two runs.
func untimed(text string) string { return times.ReplaceAllString(text, "") }

var times = regexp.MustCompile(` *\b\d+\.\d+ ?s\b|\b\d+ ms\b|time="[^"]*"|"duration_ms": \d+|<div><dt>took</dt><dd>[^<]*</dd></div>| <span>[0-9.]+ [mµ]?s</span>`)

// replayShard replays in a process of its own, and tells what that took.
func replayShard(t *testing.T, dir, file string, args ...string) (status int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	costs := file + ".costs"
	if err := os.WriteFile(costs, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Dir = dir
	cmd.Args = append([]string{"graphvcr", "replay", "--quiet", "--report", "json=" + file}, args...) // the name makes the test binary the command
	cmd.Env = append(os.Environ(), costFile+"="+costs)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(costs); err == nil {
		t.Logf("%v: %v, kB and hundredths of a second: %s", args, time.Since(began).Round(10*time.Millisecond), strings.Join(strings.Fields(string(text)), " "))
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return cmd.ProcessState.ExitCode()
}

func checkBalance(t *testing.T, files []string, n int, took map[string]time.Duration) {
	t.Helper()
	var whole time.Duration
	for _, d := range took {
		whole += d
	}
	seen := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Cases []struct {
				File, Name string
			}
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		cassettes := map[string]bool{}
		for _, c := range doc.Cases {
			seen[c.File]++
			cassette := strings.TrimSuffix(strings.TrimPrefix(c.File, "scenarios/"), ".yaml")
			var i int
			if _, err := fmt.Sscanf(c.Name, "n%d", &i); err == nil && i%50 < 2 {
				cassette = fmt.Sprintf("shared/c%05d", i/50)
			}
			cassettes[cassette] = true
		}
		var sum time.Duration
		for cassette := range cassettes {
			sum += took[cassette]
		}
		share := float64(sum) / float64(whole) * float64(len(files))
		t.Logf("%s: %d scenarios, %.3f of an equal part", filepath.Base(file), len(doc.Cases), share)
		if share < 0.9 || share > 1.1 {
			t.Errorf("%s has %.3f of an equal part of the recorded time", file, share)
		}
	}
	if len(seen) != n {
		t.Errorf("%d scenarios were replayed, want %d", len(seen), n)
	}
	for file, times := range seen {
		if times != 1 {
			t.Errorf("%s was replayed %d times", file, times)
		}
	}
}
