package wire

import (
	"os"

	"golang.org/x/sys/unix"
)

// startWriting has the disk begin to write a part of a file, and does not wait for it. What
// fails then, Sync reports.
func startWriting(file *os.File, from, size int64) {
	_ = unix.SyncFileRange(int(file.Fd()), from, size, unix.SYNC_FILE_RANGE_WRITE)
}
