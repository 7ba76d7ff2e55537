package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/report"
)

// progress rewrites one line on a terminal. Elsewhere it is silent but for the steps of
// a recording, which take time and change things: they are a line each.
type progress struct {
	w        io.Writer // nil: silent
	terminal bool
	columns  int // of the terminal, 0: nobody knows
	width    int // of the longest line so far
}

func newProgress(std streams, quiet bool) *progress {
	if quiet {
		return &progress{}
	}
	return &progress{w: std.err, terminal: isTerminal(std.err), columns: widthOf(std.err)}
}

// show replaces the line on a terminal. It stays one line: what does not fit is cut off, for
// a line that wraps cannot be replaced.
func (p *progress) show(line string) {
	if p.w == nil || !p.terminal {
		return
	}
	text := []rune(report.Visible(line))
	if most := p.columns - 1; p.columns > 1 && len(text) > most {
		text = append(text[:most-1], '…')
	}
	p.width = max(p.width, len(text))
	fmt.Fprintf(p.w, "\r%-*s", p.width, string(text))
}

// step tells what a recording is about to do.
func (p *progress) step(doing record.Progress) {
	line := fmt.Sprintf("recording %s: step %d of %d: %s", doing.Scenario.Name, doing.N, doing.Total, doing.Name)
	if doing.Wait > 0 {
		line += fmt.Sprintf(": waiting %v", doing.Wait.Round(time.Second))
	}
	p.show(line)
	if p.w != nil && !p.terminal {
		fmt.Fprintf(p.w, "graphvcr: %s\n", report.Visible(line))
	}
}

func (p *progress) clear() {
	if p.w != nil && p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
	}
}
