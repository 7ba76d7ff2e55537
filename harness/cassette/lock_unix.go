//go:build unix

package cassette

import (
	"os"
	"syscall"
)

// lock marks a journal as being written by this process. The mark goes with the
// process, however it ends.
func lock(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// locked reports whether a running process writes the journal.
func locked(name string) bool {
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
