// Command graphvcr replays recorded Microsoft Graph exchanges offline and checks
// every response against schemas and expectations. graphvcr --help tells more.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/graphvcr/graphvcr/harness/child"
)

func main() {
	os.Exit(mainStatus())
}

// mainStatus runs the command with the process's arguments and streams.
func mainStatus() int {
	if len(os.Args) == 2 && os.Args[1] == child.HelperArg {
		return helperStatus()
	}
	// What net/http has to say of its peers, it says here, perhaps with what they sent.
	log.SetOutput(io.Discard)
	ctx, stop := interruptible(os.Stderr, os.Exit)
	defer stop()
	// A reader that goes away is a write error, told like any other, and not the end of
	// the process without a word. (Ignored, it would be ignored by what exec runs, too.)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
}

// streams are where a command reads and writes: results to out, talk to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run executes one command line and returns the exit status.
func run(ctx context.Context, args []string, std streams) (status int) {
	defer func() {
		if fault := recover(); fault != nil {
			tell(std.err, &failure{
				message: "internal error: " + faultText(fault),
				hint:    "this is a fault of graphvcr: please report it with the command line",
			})
			status = statusCouldNot
		}
	}()
	root := newRoot(std)
	root.SetArgs(args)
	help := &unfailing{w: std.out}
	root.SetOut(help)
	err := root.ExecuteContext(ctx)
	if err == nil && help.err != nil {
		err = &failure{message: "write to stdout", err: help.err}
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
