package cli

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// The line of a recording that waits stays one line, whatever the terminal's width.
func TestProgressStaysOneLine(t *testing.T) {
	step := record.Progress{Scenario: &scenario.Scenario{Name: "Create a group chat with an app, poll its operation and use the chat"}, N: 3, Total: 12, Name: "wait for the operation", Wait: 30 * time.Second}
	for columns, want := range map[int]string{
		40:  "\rrecording Create a …: step 3 of 12: wa…",
		80:  "\rrecording Create a group ch…: step 3 of 12: wait for the operation: waiting 30s",
		200: "\rrecording Create a group chat with an app, poll its operation and use the chat: step 3 of 12: wait for the operation: waiting 30s",
	} {
		var out bytes.Buffer
		p := progress{w: &out, terminal: true, columns: columns}
		p.step(step)
		if got := out.String(); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
		p.clear()
		for _, line := range strings.Split(out.String(), "\r") {
			if len([]rune(line)) >= columns {
				t.Errorf("%d columns: a line of %d", columns, len([]rune(line)))
			}
		}
	}
}

// Off terminals each step is a line, but of many that go by quickly most are not; one that
// waits, one that comes after a while, and the last are.
func TestProgressOfManySteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := progress{w: &out}
		tell := func(n int, wait time.Duration) string {
			before := out.Len()
			p.step(record.Progress{Scenario: &scenario.Scenario{Name: "many"}, N: n, Total: 10_000, Name: "one", Wait: wait})
			return out.String()[before:]
		}
		for n := range 9_000 {
			if got := tell(n+1, 0); (got != "") != (n < 100) {
				t.Fatalf("step %d: got %q", n+1, got)
			}
		}
		if got := tell(9_001, 30*time.Second); !strings.Contains(got, "waiting 30s") {
			t.Errorf("a wait: got %q", got)
		}
		time.Sleep(time.Second)
		if got := tell(9_002, 0); !strings.Contains(got, "step 9002 of 10000") {
			t.Errorf("after a while: got %q", got)
		}
		if got := tell(10_000, 0); !strings.Contains(got, "step 10000 of 10000") {
			t.Errorf("the last: got %q", got)
		}
	})
}
