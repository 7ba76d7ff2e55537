package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Walk calls visit for every file below a folder, and for a path that is a file.
// Hidden files and folders are left out, unless the path names one. A link to a
// folder stands for the folder where the path is the link, and nowhere below it.
//
// A folder that cannot be read costs what lies in it: all else is visited, and then each
// is an *UnreadError among the joined ones that are returned.
func Walk(path string, visit func(file string) error) error {
	root := path
	if isDir(path) {
		root += string(filepath.Separator) + "." // looks through a link
	}
	var unread []error
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && entry != nil && entry.IsDir():
			unread = append(unread, &UnreadError{CleanPath(name), err})
			return fs.SkipDir
		case err != nil:
			return err
		case name != root && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir():
			return visit(CleanPath(name))
		}
		return nil
	})
	return errors.Join(append(unread, err)...)
}

// UnreadError is a folder that could not be looked into.
type UnreadError struct {
	Folder string
	Err    error
}

func (e *UnreadError) Error() string { return e.Unwrap().Error() }

// Unwrap is the fault, with what to do about it.
func (e *UnreadError) Unwrap() error {
	return &fault.Error{Message: "look into " + e.Folder, Hint: "check its permissions; what lies in it is left out", Cause: fault.Reason(e.Err)}
}

// YAMLFiles lists the YAML files below a folder, sorted, also beside an error as Walk's.
func YAMLFiles(dir string) ([]string, error) {
	var files []string
	err := Walk(dir, func(file string) error {
		if IsYAML(file) {
			files = append(files, file)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

// CleanPath gives one spelling to a name: with slashes, on Windows too, so that
// reports are the same everywhere.
func CleanPath(name string) string { return filepath.ToSlash(filepath.Clean(name)) }

func relative(dir, file string) (string, error) {
	absDir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	absFile, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	return filepath.Rel(absDir, absFile)
}

// IsBelow reports whether a file lies in a folder or below it.
func IsBelow(dir, file string) bool {
	below, err := relative(dir, file)
	return err == nil && filepath.IsLocal(below)
}

// NameBelow is a file's path below dir without its extension.
func NameBelow(dir, file string) string {
	rel, err := filepath.Rel(dir, file)
	if err != nil {
		rel = file
	}
	return filepath.ToSlash(strings.TrimSuffix(rel, filepath.Ext(rel)))
}

// IsYAML reports whether the name is that of a YAML file.
func IsYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}
