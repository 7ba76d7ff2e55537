//go:build unix

package wire

import (
	"errors"
	"os"
	"syscall"
)

const (
	alone  = syscall.LOCK_EX
	shared = syscall.LOCK_SH
)

// refused asks for a lock of a kind. A file system that has no locks refuses none.
func refused(file *os.File, kind int) bool {
	return errors.Is(syscall.Flock(int(file.Fd()), kind|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
