package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
)

// progress rewrites one line on a terminal. Elsewhere it is silent but for the steps of
// a recording, which take time and change things: they are a line each, as long as they are few
// or slow.
type progress struct {
	w        io.Writer // nil: silent
	terminal bool
	columns  int       // of the terminal, 0: nobody knows
	width    int       // of the longest line so far
	said     int       // lines of steps, off terminals
	last     time.Time // when the last of them was written
}

func newProgress(std Streams, quiet bool) *progress {
	if quiet {
		return &progress{}
	}
	return &progress{w: std.Err, terminal: isTerminal(std.Err), columns: widthOf(std.Err)}
}

// show replaces the line on a terminal: what is under way, and how far it is. It stays one
// line, for a line that wraps cannot be replaced: what does not fit is cut off, of the first
// text before the second.
func (p *progress) show(what, where string) {
	if p.w == nil || !p.terminal {
		return
	}
	first, second := []rune(visible.Text(what)), []rune(visible.Text(where))
	text := append(first, second...)
	if most := p.columns - 1; p.columns > 1 {
		first = shortened(first, max(most-len(second), leastShown))
		text = shortened(append(first, second...), most)
	}
	p.width = max(p.width, len(text))
	fmt.Fprintf(p.w, "\r%-*s", p.width, string(text))
}

// leastShown is how much of what is under way is shown on however narrow a terminal.
const leastShown = 20

// shortened is a text of at most so many characters.
func shortened(text []rune, most int) []rune {
	if len(text) <= most {
		return text
	}
	return append(slices.Clip(text[:most-1]), '…')
}

func (p *progress) step(doing record.Progress) {
	what, where := "recording "+doing.Scenario.Name, fmt.Sprintf(": step %d of %d: %s", doing.N, doing.Total, doing.Name)
	if doing.Wait > 0 {
		where += fmt.Sprintf(": waiting %v", doing.Wait.Round(time.Second))
	}
	p.show(what, where)
	if p.w != nil && !p.terminal && p.isWorthALine(doing) {
		fmt.Fprintf(p.w, "graphvcr: %s\n", visible.Text(what+where))
	}
}

// Of many steps that go by quickly few are told.
const (
	mostStepLines = 100
	leastBetween  = 100 * time.Millisecond
)

// isWorthALine reports whether a line is written of a step, off terminals. Each line wakes who
// reads it, which of ten thousand quick steps takes longer than their requests.
func (p *progress) isWorthALine(doing record.Progress) bool {
	now := time.Now()
	if p.said >= mostStepLines && doing.Wait == 0 && doing.N != doing.Total && now.Sub(p.last) < leastBetween {
		return false
	}
	p.said, p.last = p.said+1, now
	return true
}

func (p *progress) clear() {
	if p.w != nil && p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
	}
}
