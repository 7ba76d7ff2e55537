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
	"unicode"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Destination is the file inside the cassettes folder that a recording writes: of a
// cassette's name, or of the path of a file there.
func (p *Project) Destination(name string) (string, error) {
	refused := func(why string) error {
		return &fault.Error{
			Message: fmt.Sprintf("cassette %q %s", name, why),
			Hint:    "name it by its path below " + p.Dirs.Cassettes,
		}
	}
	local := filepath.FromSlash(name)
	if below, err := relative(p.Dirs.Cassettes, local); err == nil && IsYAML(local) && filepath.IsLocal(below) {
		local = below
	}
	if !IsYAML(local) {
		local += ".yaml"
	}
	file := CleanPath(filepath.Join(p.Dirs.Cassettes, local))
	switch {
	case !filepath.IsLocal(local) || LeadsOut(p.Dirs.Cassettes, local):
		return "", refused("lies outside the cassettes folder " + p.Dirs.Cassettes)
	case strings.HasPrefix(filepath.Base(local), "."):
		return "", refused("would be the hidden file " + file)
	case file == p.Dirs.Rules:
		return "", refused("would be written over the rules, " + file)
	}
	return file, nil
}

// PlainName says why a name is not plain: of a cassette's path below the folder, without
// .yaml, whose parts say nothing to any system and lead nowhere else. It is for names that
// somebody else gives than whoever called the program.
func (d Dirs) PlainName(name string) error {
	refused := func(why string) error {
		return &fault.Error{Message: fmt.Sprintf("%q is not the name of a cassette: %s", name, why), Hint: "want its path below the folder of cassettes, without .yaml"}
	}
	for part := range strings.SplitSeq(name, "/") {
		switch bad := strings.IndexFunc(part, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`\:*?"<>|`, r) }); {
		case part == "", part[0] == '.', part[0] == ' ', part[len(part)-1] == '.', part[len(part)-1] == ' ':
			return refused("a part of it is empty, or begins or ends with a dot or space")
		case bad >= 0:
			return refused(fmt.Sprintf("it holds %q", part[bad:bad+1]))
		case !filepath.IsLocal(part):
			return refused(part + " is a device")
		}
	}
	switch {
	case IsYAML(strings.ToLower(name)):
		return refused("it is that of a file")
	case LeadsOut(d.Cassettes, filepath.FromSlash(name)+".yaml"):
		return refused("it leads out of the folder")
	}
	return nil
}

// LeadsOut reports whether a file, named by its path below a folder, is a link out of that, or
// below one: nothing would be replayed from there.
func LeadsOut(folder, file string) bool {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return false
	}
	defer root.Close()
	_, err = root.Stat(file)
	return err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission)
}

// SaltFolder is where the salt of a cassette file is made: the cassettes folder, or that of a
// file which lies elsewhere.
func (d Dirs) SaltFolder(file string) string {
	if IsBelow(d.Cassettes, file) {
		return d.Cassettes
	}
	return filepath.Dir(file)
}

// Guard refuses a cassette that holds a secret.
func (p *Project) Guard(c *cassette.Cassette) error {
	leaks, err := redact.Leaks(c, p.Rules.Redact)
	if err != nil {
		return err
	}
	for _, leak := range leaks {
		if leak.Rule.Class() == redact.Secret {
			return &fault.Error{
				Place:   fault.Place(report.Place{File: c.File, Line: leak.Line}),
				Message: leak.String(),
				Hint:    "graphvcr redact " + c.File,
			}
		}
	}
	return nil
}

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
