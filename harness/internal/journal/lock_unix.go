//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"
)

// lock marks a journal as being used by this process, and reports whether nobody else
// does. The mark goes with the process, however it ends. A file system that has no locks
// lets everybody pass.
func lock(file *os.File) bool {
	return !errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// locked reports whether a running process uses the journal.
func locked(name string) bool {
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
