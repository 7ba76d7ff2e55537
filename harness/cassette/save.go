package cassette

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Save writes the cassette to file, atomically: to a temporary file of mode 0600
// beside it, which replaces it by rename once it is complete. The folder is
// made if it is missing, and where file is a symbolic link, what it points to is
// replaced.
//
// The guard is asked before the first byte is written, so that nothing which it
// refuses ever reaches the disk; on that, or on any other error, the old file stays as it was.
// A file that a guard has let pass keeps its mode if it existed, else gets 0644. Without a guard
// (nil) nobody has looked for secrets, and the file gets 0600.
//
// Interactions are numbered by their position. The same cassette always gives
// the same bytes.
func (c *Cassette) Save(file string, guard Guard) error {
	if guard != nil {
		if err := guard(c); err != nil {
			return fmt.Errorf("save %s: %w", file, err)
		}
	}
	return SaveParts(file, c.Meta, guard != nil, partsOf(c.Interactions))
}

// replace has fill write a temporary file, which then takes the place of file.
func replace(file string, guarded bool, fill func(io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(folder, "."+filepath.Base(file)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temp.Close() // a second time does no harm
			os.Remove(temp.Name())
		}
	}()
	steady := &steadyWriter{file: temp, syncing: make(chan error, 1)}
	if err := errors.Join(fill(steady), steady.wait()); err != nil {
		return err
	}
	if err := temp.Chmod(finalMode(file, guarded)); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), file); err != nil {
		return err
	}
	syncFolder(folder)
	return nil
}

// steadyWriter has the disk write a large file while it is being made, not all of it at
// the end.
type steadyWriter struct {
	file    *os.File
	unsaved int
	busy    bool
	syncing chan error // what the sync under way, which busy tells of, came to
}

// steadyBytes are written between two syncs at least.
const steadyBytes = 32 << 20

func (w *steadyWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	if w.unsaved += n; err != nil || w.unsaved < steadyBytes {
		return n, err
	}
	if w.busy {
		select {
		case err := <-w.syncing:
			w.busy = false
			if err != nil {
				return n, err
			}
		default:
			return n, nil
		}
	}
	w.unsaved, w.busy = 0, true
	go func() { w.syncing <- w.file.Sync() }()
	return n, nil
}

// wait ends the sync under way. An error of the disk is told once only, so it counts.
func (w *steadyWriter) wait() error {
	if !w.busy {
		return nil
	}
	w.busy = false
	return <-w.syncing
}

// syncFolder makes a new name in a folder survive a power cut, where the system can.
func syncFolder(name string) {
	if folder, err := os.Open(name); err == nil {
		_ = folder.Sync() // Windows cannot
		folder.Close()
	}
}

func finalMode(file string, guarded bool) fs.FileMode {
	if !guarded {
		return 0o600
	}
	if info, err := os.Stat(file); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}
