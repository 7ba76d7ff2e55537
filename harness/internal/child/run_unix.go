//go:build unix

package child

import (
	_ "embed" // for the script
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

var forwarded = []os.Signal{
	syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGCONT, syscall.SIGWINCH,
}

// SentToAll reports whether the terminal has sent a signal to the program too: it does
// so with the keys for SIGINT and SIGQUIT, to all in its foreground.
func SentToAll(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT && s != syscall.SIGWINCH {
		return false
	}
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer terminal.Close()
	foreground, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}

// bySignal is the signal that ended a program, or 0.
func bySignal(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return int(status.Signal())
	}
	return 0
}

// guarding waits for the end of its input, which ends with whoever started it. Then it ends
// the processes whose ids came, with those that they had started, and those that have the
// folder in their environment: of a program that began in that moment no id may have come. It
// looks twice, since such a program may not have its environment yet. At last it removes the
// folder.
//
//go:embed guard.sh
var guarding string

// A Guard ends programs and removes a folder when this process is gone, however it went: a
// program would go on against a proxy that is none. It is a process of its own, which a
// system without /bin/sh does not have.
type Guard struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// NewGuard guards a folder; nil is none.
func NewGuard(dir string) *Guard {
	cmd := exec.Command("/bin/sh", "-c", guarding, "sh", dir)
	cmd.Env = []string{"PATH=/usr/bin:/bin:/usr/sbin:/sbin"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // what ends our group does not end it
	in, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return nil
	}
	return &Guard{cmd, in}
}

// Watch guards a program too.
func (g *Guard) Watch(pid int) {
	if g != nil {
		fmt.Fprintln(g.in, pid) // if it is gone, there is no guard
	}
}

// Release ends the guard, which then does nothing.
func (g *Guard) Release() {
	if g != nil {
		_ = g.cmd.Process.Kill()
		_ = g.cmd.Wait()
	}
}
