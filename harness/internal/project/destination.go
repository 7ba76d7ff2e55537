package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// destination is the file inside the cassettes folder that a recording writes: of a
// cassette's name, or of the path of a file there.
func (p *Project) destination(name string) (string, error) {
	refused := func(why string) error {
		return &fault.Error{
			Message: fmt.Sprintf("cassette %q %s", name, why),
			Hint:    "name it by its path below " + p.Dirs.Cassettes,
		}
	}
	local := filepath.FromSlash(name)
	if below, err := relative(p.Dirs.Cassettes, local); err == nil && isYAML(local) && filepath.IsLocal(below) {
		local = below
	}
	if !isYAML(local) {
		local += ".yaml"
	}
	file := clean(filepath.Join(p.Dirs.Cassettes, local))
	switch {
	case !filepath.IsLocal(local) || p.leadsOut(filepath.Dir(local)):
		return "", refused("lies outside the cassettes folder " + p.Dirs.Cassettes)
	case strings.HasPrefix(filepath.Base(local), "."):
		return "", refused("would be the hidden file " + file)
	case file == p.Dirs.Rules:
		return "", refused("would be written over the rules, " + file)
	}
	return file, nil
}

// leadsOut reports whether a folder below that of cassettes is a link out of it, from
// which nothing would be replayed.
func (p *Project) leadsOut(dir string) bool {
	root, err := os.OpenRoot(p.Dirs.Cassettes)
	if err != nil {
		return false
	}
	defer root.Close()
	_, err = root.Stat(dir)
	return err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission)
}
