package cli

import (
	"bytes"
	"strings"
	"testing"
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
