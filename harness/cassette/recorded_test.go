package cassette_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// The time is that of all answers, by their field alone, whatever stands in a body; a file
// that tells none, or is none, took none.
func TestRecordedTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &cassette.Cassette{}
	var want time.Duration
	for n, body := range []string{"duration: 99h", "{\n  \"a\": 1\n}", "\n      duration: 99h\n      duration: 98h\n", strings.Repeat("x", 200_000)} {
		i := &cassette.Interaction{ID: n}
		i.Request.Method, i.Request.URL, i.Request.Body = "POST", "https://graph.microsoft.com/v1.0/me", body
		i.Response.Code, i.Response.Body, i.Response.Duration = 200, body, time.Duration(n+1)*1234*time.Millisecond
		want += i.Response.Duration
		c.Interactions = append(c.Interactions, i)
	}
	file := filepath.Join(dir, "c.yaml")
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	if got := cassette.RecordedTime(file); got != want {
		t.Errorf("it took %v, want %v", got, want)
	}
	odd := filepath.Join(dir, "odd.yaml")
	if err := os.WriteFile(odd, []byte("  duration: -5s\n  duration: long\n  duration: 99999h\n\nduration: 7s\n"+strings.Repeat(" ", 100_000)), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]time.Duration{odd: 24 * time.Hour, dir: 0, filepath.Join(dir, "none"): 0} {
		if got := cassette.RecordedTime(name); got != want {
			t.Errorf("%s took %v, want %v", name, got, want)
		}
	}
}
