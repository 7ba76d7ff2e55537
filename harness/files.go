package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
)

// unpack lays what a session needs of a file system of cassettes into a folder of its own:
// the cassette, the rules and the salt. What is recorded goes to the folder that was named.
func (o *options) unpack(t tester, name string, m mode) error {
	file := path.Clean(name) + ".yaml"
	_, err := fs.Stat(o.files, file)
	if m == modeRecord || m == modeSpy || m == modeOnce && errors.Is(err, fs.ErrNotExist) {
		if o.dirs.Cassettes == "" {
			return &fault.Error{Message: "what lies in a harness.FS cannot be recorded", Hint: "give harness.Dir, too, which recordings go to"}
		}
		return nil
	}
	if o.dirs.Cassettes = t.TempDir(); o.dirs.Cassettes == "" {
		return errors.New("there is no temporary folder")
	}
	for _, file := range []string{file, project.RulesFile, saltfile.Name} {
		if err := copyOut(o.files, file, o.dirs.Cassettes); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read a harness.FS: %w", err)
		}
	}
	return nil
}

func copyOut(files fs.FS, name, to string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	file := filepath.Join(to, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
