//go:build unix

package wire

import (
	"errors"
	"os"
	"syscall"
)

// Lock marks a file as being used by this process, and reports whether nobody else
// does. The mark goes with the process, however it ends. A file system that has no locks
// lets everybody pass.
func Lock(file *os.File) bool {
	return !errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// Locked reports whether a running process has locked the file.
func Locked(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() { // opening a pipe waits
		return false
	}
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
