package wire

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Replace has fill write what takes the place of a file, once it is complete and on the
// disk: into a temporary file of mode 0600 beside it, which is renamed. The file gets
// the mode. On an error the old file stays as it was, and nothing else. Where file is a
// symbolic link, what it points to is replaced.
func Replace(file string, mode fs.FileMode, fill func(io.Writer) error) error {
	file = target(file)
	return written(file, mode, fill, func(temp string) error { return os.Rename(temp, file) })
}

// Move has one file take the place of another as Replace does.
func Move(from, to string) error {
	to = target(to)
	if err := os.Rename(from, to); err != nil {
		return err
	}
	SyncFolder(filepath.Dir(to))
	return nil
}

// target is the file that a name leads to.
func target(file string) string {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		return target
	}
	return file
}

// Create is Replace where there is no file: one that is there already stays, and the
// error is fs.ErrExist.
func Create(file string, mode fs.FileMode, fill func(io.Writer) error) error {
	return written(file, mode, fill, func(temp string) error {
		err := os.Link(temp, file)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return errors.Join(err, os.Remove(temp))
		}
		return os.Rename(temp, file) // a file system without links
	})
}

// written makes a temporary file, which place puts where it belongs.
func written(file string, mode fs.FileMode, fill func(io.Writer) error, place func(temp string) error) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(file), tempBegins(file)+"*"+tempEnd)
	if err != nil {
		return err
	}
	Lock(temp)
	defer func() {
		if err != nil {
			temp.Close() // a second time does no harm
			os.Remove(temp.Name())
		}
	}()
	if err := fill(&steadyWriter{file: temp}); err != nil {
		return err
	}
	if err := temp.Chmod(mode); err != nil {
		return err
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := place(temp.Name()); err != nil {
		return err
	}
	SyncFolder(filepath.Dir(file))
	return nil
}

// The names of temporary files, before and behind what is random in them.
func tempBegins(file string) string { return "." + filepath.Base(file) + "." }

const tempEnd = ".tmp"

// RemoveStale removes the temporary files that processes left which were killed while they
// replaced a file: nobody has locked them, or written to them for a minute.
func RemoveStale(file string) {
	file = target(file)
	entries, _ := os.ReadDir(filepath.Dir(file)) // of what cannot be listed, nothing can be removed
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), tempBegins(file)) || !strings.HasSuffix(entry.Name(), tempEnd) {
			continue
		}
		name := filepath.Join(filepath.Dir(file), entry.Name())
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) >= time.Minute && !Locked(name) {
			_ = os.Remove(name)
		}
	}
}

// Whole is a fill that writes a text.
func Whole(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}

// steadyWriter has the disk write a large file while it is being made, not all of it at
// the end.
type steadyWriter struct {
	file        *os.File
	size, begun int64 // of what was written, and what of it the disk was told to write
}

// steadyBytes are written at least before the disk is told.
const steadyBytes = 1 << 20

func (w *steadyWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	if w.size += int64(n); w.size-w.begun >= steadyBytes {
		startWriting(w.file, w.begun, w.size-w.begun)
		w.begun = w.size
	}
	return n, err
}

// Lock marks a file as being used by this process, and reports whether nobody else
// does. The mark goes with the process, however it ends.
func Lock(file *os.File) bool { return !refused(file, alone) }

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
	return refused(file, shared)
}

// SyncFolder makes a new name in a folder survive a power cut, where the system can.
func SyncFolder(name string) {
	if folder, err := os.Open(name); err == nil {
		_ = folder.Sync() // Windows cannot
		folder.Close()
	}
}
