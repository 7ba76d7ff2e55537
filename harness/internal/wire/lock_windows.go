package wire

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const (
	alone  = windows.LOCKFILE_EXCLUSIVE_LOCK
	shared = 0
)

// refused asks for a lock of one byte that no file reaches: Windows keeps others from
// reading what is locked.
func refused(file *os.File, kind uint32) bool {
	const beyond = 1 << 30 // times 4 GB
	at := &windows.Overlapped{OffsetHigh: beyond}
	err := windows.LockFileEx(windows.Handle(file.Fd()), kind|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	return errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
