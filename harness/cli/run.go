package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
)

// Main runs the command with the process's arguments, streams and signals, and returns its
// exit status.
func Main() int {
	if len(os.Args) > 1 && os.Args[1] == child.HelperArg {
		return helperStatus(os.Args[2:])
	}
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
