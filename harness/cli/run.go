package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Main runs the command with the process's arguments, streams and signals, and returns its
// exit status.
func Main() int {
	if len(os.Args) > 1 && os.Args[1] == child.HelperArg {
		return helperStatus(os.Args[2:])
	}
	// The garbage collector runs whenever the heap has doubled. This counts towards the heap and is
	// never touched, so it takes no memory: a command that holds little ends before the first run.
	defer runtime.KeepAlive(make([]byte, 64<<20))
	ctx, stop := interrupt.Context(os.Stderr, statusCouldNot, os.Exit)
	defer stop()
	// A reader that goes away is a write error, reported like any other, and not the end of
	// the process without a word. (Ignored, it would be ignored by what exec runs, too.)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return Run(ctx, os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}

// Streams are where a command reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // talk: progress, notes, errors
}

// Run executes one command line, without the command's name, and returns the exit status:
// 0 clean, 1 findings, 2 it could not be done; of exec the program's own. It ends when the
// context does. Flags, results and statuses are those of the command.
func Run(ctx context.Context, args []string, std Streams) (status int) {
	defer func() {
		if broken := recover(); broken != nil {
			what, _, _ := strings.Cut(fmt.Sprint(broken), "\n")
			printError(std.Err, &fault.Error{
				Message: "internal error: " + what,
				Hint:    "this is a fault of graphvcr: please report it with the command line",
			})
			status = statusCouldNot
		}
	}()
	root := newRoot(std)
	root.SetArgs(args)
	help := &unfailing{w: std.Out}
	root.SetOut(help)
	err := root.ExecuteContext(ctx)
	if err == nil && help.err != nil {
		err = &fault.Error{Message: "write to stdout", Cause: help.err}
	}
	return statusOf(ctx, std, err)
}

// unfailing keeps the first error of writing for later: cobra, which writes helps and
// completions by itself, drops it.
type unfailing struct {
	w   io.Writer
	err error
}

func (u *unfailing) Write(p []byte) (int, error) {
	if u.err == nil {
		_, u.err = u.w.Write(p)
	}
	return len(p), nil
}

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
	return strings.Join(visible.Lines(strings.TrimSpace(message)), "\n  ")
}

// The rules of what the commands themselves find.
const (
	ruleAuthRefused    report.Rule = "auth.refused"
	ruleCheckFailed    report.Rule = "check.failed"
	ruleDriftChangelog report.Rule = "drift.changelog"
	ruleDriftFailed    report.Rule = "drift.failed"
	ruleDriftRun       report.Rule = "drift.run"
	ruleRecordRecover  report.Rule = "record.recover"
	ruleRedactFailed   report.Rule = "redact.failed"
	ruleServeHandshake report.Rule = "serve.handshake"
	ruleRecordFailed   report.Rule = "record.failed"
	ruleReviewFailed   report.Rule = "review.failed"
)

// pathRule is the rule of a path given to a command at which there is nothing.
func pathRule(command string) report.Rule { return report.Rule(command + ".path") }
