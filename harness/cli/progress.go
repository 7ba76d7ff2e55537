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
// a recording, which take time and change things: they are a line each.
type progress struct {
	w        io.Writer // nil: silent
	terminal bool
	columns  int // of the terminal, 0: nobody knows
	width    int // of the longest line so far
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
	if p.w != nil && !p.terminal {
		fmt.Fprintf(p.w, "graphvcr: %s\n", visible.Text(what+where))
	}
}

func (p *progress) clear() {
	if p.w != nil && p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
	}
}
