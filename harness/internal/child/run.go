package child

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
)

// Exit statuses as of a shell.
const (
	StatusNotExecutable = 126
	StatusNotFound      = 127
	statusSignal        = 128 // and the signal's number
)

// Program is what is run.
type Program struct {
	Args           []string // a command and its arguments
	Env            []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Started        func(pid int) // is called with the id of its process; may be nil
}

// Run runs a program to its end, hands the signals that come meanwhile on to it, and
// returns its exit status: its own, 128 and a signal's number, 126 or 127. An error
// says why it could not be run. When the context ends, the program is killed.
func Run(ctx context.Context, p Program) (status int, err error) {
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Env, p.Stdin, p.Stdout, p.Stderr
	return supervise(ctx, cmd, p, cmd.Start)
}

// supervise begins a program, or goes on with one, and hands signals on to it until it
// ends, or kills it.
func supervise(ctx context.Context, cmd *exec.Cmd, p Program, begin func() error) (status int, err error) {
	signals := make(chan os.Signal, 16)
	for _, s := range forwarded {
		if !signal.Ignored(s) { // as under nohup
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	if err := begin(); err != nil {
		return startStatus(err), err
	}
	if p.Started != nil {
		p.Started(cmd.Process.Pid)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	kill := ctx.Done()
	for {
		select {
		case <-kill:
			_ = cmd.Process.Kill()
			kill = nil
		case s := <-signals:
			if !SentToAll(s) {
				_ = cmd.Process.Signal(s) // it may have ended meanwhile
			}
		case err := <-ended:
			return endStatus(cmd, err)
		}
	}
}

func startStatus(err error) int {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return StatusNotFound
	}
	return StatusNotExecutable
}

// endStatus is how a program ended. What remains of its output's readers is no matter
// of its status.
func endStatus(cmd *exec.Cmd, err error) (int, error) {
	var failed *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &failed):
		if n := bySignal(failed.ProcessState); n > 0 {
			return statusSignal + n, nil
		}
		return failed.ExitCode(), nil
	case cmd.ProcessState != nil && cmd.ProcessState.Success():
		return 0, nil
	}
	return StatusNotExecutable, err
}
