package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
)

// CreateScenario creates a scenario file; name is its path below the scenarios folder.
func (p *Project) CreateScenario(name string, text []byte) (file string, err error) {
	file = path.Join(p.Dirs.Scenarios, name+".yaml")
	err = createBelow(p.Dirs.Scenarios, filepath.FromSlash(name+".yaml"), text)
	switch {
	case errors.Is(err, fs.ErrExist):
		return "", &fault.Error{Message: fmt.Sprintf("new: %s exists", file), Hint: "choose another name, or edit the file"}
	case err != nil:
		return "", &fault.Error{Message: "new", Cause: err}
	}
	return file, nil
}

// IsFileName reports whether a path ends in a name that can be seen: no folder, no
// hidden file, no control characters.
func IsFileName(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base != "" && base[0] != '.' && visible.Text(name) == name
}

var device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)`)

// Unportable returns the first part of a path that Windows has no file for, or "":
// projects are shared (learn.microsoft.com, Naming Files, Paths, and Namespaces).
func Unportable(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if strings.ContainsAny(part, `<>:"|?*\`) || strings.TrimRight(part, ". ") != part || device.MatchString(part) {
			return part
		}
	}
	return ""
}

// createBelow creates a file that cannot lie outside dir, symbolic links included.
func createBelow(dir, local string, text []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.Dir(local), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(local, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(local))
	}
	return nil
}
