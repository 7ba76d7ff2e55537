package wire

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Lock marks a file as being used by this process, and reports whether nobody else
// does. The mark goes with the process, however it ends.
func Lock(file *os.File) bool {
	return !refused(file, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY)
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
	return refused(file, windows.LOCKFILE_FAIL_IMMEDIATELY)
}

// refused asks for a lock of one byte that no file reaches: Windows keeps others from
// reading what is locked.
func refused(file *os.File, flags uint32) bool {
	const beyond = 1 << 30 // times 4 GB
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: beyond})
	return errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
