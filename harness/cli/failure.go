package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The exit statuses, which scripts rely on.
const (
	statusClean    = 0
	statusFindings = 1
	statusCouldNot = 2
)

// statusError ends a command that has reported its findings itself.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// statusOf prints what went wrong, if anything did, and returns the exit status.
func statusOf(ctx context.Context, std Streams, err error) int {
	var status statusError
	switch {
	case err == nil:
		return statusClean
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil:
		err = &fault.Error{Message: "interrupted"}
	}
	printError(std.Err, err)
	return statusCouldNot
}

// mostErrors bounds the errors that are printed of one command.
const mostErrors = 20

// printError writes every error that err joins, each with its hint.
func printError(w io.Writer, err error) {
	problems := report.Problems(err)
	for i, p := range problems {
		if i == mostErrors {
			fmt.Fprintf(w, "graphvcr: error: and %d more\n", len(problems)-i)
			return
		}
		fmt.Fprintf(w, "graphvcr: error: %s\n", block(p.Err.Error()))
		if p.Hint != "" {
			fmt.Fprintf(w, "graphvcr: hint: %s\n", block(p.Hint))
		}
	}
}

// block makes a message safe to print; its further lines are indented, so that
// none of them can pass for a message of its own.
func block(message string) string {
	lines := strings.Split(strings.TrimSpace(message), "\n")
	for i := range lines {
		lines[i] = visible.Text(lines[i])
	}
	return strings.Join(lines, "\n  ")
}
