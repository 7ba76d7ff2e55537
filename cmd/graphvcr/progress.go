package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/graphvcr/graphvcr/harness/report"
)

// progress rewrites one line on a terminal, and is silent anywhere else.
type progress struct {
	w     io.Writer // nil: silent
	width int       // of the longest line so far
}

func newProgress(std streams, quiet bool) *progress {
	if quiet || !isTerminal(std.err) {
		return &progress{}
	}
	return &progress{w: std.err}
}

func (p *progress) show(line string) {
	if p.w == nil {
		return
	}
	line = report.Visible(line)
	p.width = max(p.width, len(line))
	fmt.Fprintf(p.w, "\r%-*s", p.width, line)
}

func (p *progress) clear() {
	if p.w != nil && p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
	}
}
