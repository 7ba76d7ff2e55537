package plainfile

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// KindError is what lies at a name in the place of a file.
type KindError struct{ Kind string }

func (e *KindError) Error() string { return "this is " + e.Kind + ", not a file" }

// Open opens a file for reading. Errors are *fs.PathError, which wraps a *KindError where
// there is no file but something else.
func Open(name string) (*os.File, error) {
	return open(name, os.Stat, os.Open)
}

// OpenIn is Open for a file in a folder.
func OpenIn(root *os.Root, name string) (*os.File, error) {
	return open(name, root.Stat, root.Open)
}

// ReadFile reads a file, of 64 MB at most.
func ReadFile(name string) ([]byte, error) { return all(Open(name)) }

// ReadFileIn is ReadFile for a file in a folder.
func ReadFileIn(root *os.Root, name string) ([]byte, error) { return all(OpenIn(root, name)) }

// ReadBelow is ReadFile for a file in a folder or below, by a path with slashes that does not
// leave the folder, not even through a symbolic link.
func ReadBelow(folder, name string) ([]byte, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return ReadFileIn(root, filepath.FromSlash(name))
}

func all(file *os.File, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(text) > most {
		err = &fs.PathError{Op: "read", Path: file.Name(), Err: errTooLarge}
	}
	return text, err
}

// most bounds a file that is read whole, in bytes.
const most = 64 << 20

var errTooLarge = fmt.Errorf("it has more than the %d MB that are read", most>>20)

// open looks before it opens, for opening a pipe waits.
func open(name string, stat func(string) (fs.FileInfo, error), open func(string) (*os.File, error)) (*os.File, error) {
	info, err := stat(name)
	if err != nil {
		return open(name) // which says it as ever
	}
	if kind := kindOf(info.Mode()); kind != "" && name != os.DevNull {
		return nil, &fs.PathError{Op: "open", Path: name, Err: &KindError{kind}}
	}
	return open(name)
}

// kindOf names what is no file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeIrregular != 0:
		return "something else"
	}
	return ""
}
