package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// unpack lays what a session needs of a file system of cassettes into a folder of its own:
// the cassette, the rules and the salt. What is recorded goes to the folder that was named.
func (s *Session) unpack(o options, m mode) (options, error) {
	file := path.Clean(s.name) + ".yaml"
	_, err := fs.Stat(o.files, file)
	switch {
	case m == record, m == spy, m == once && errors.Is(err, fs.ErrNotExist):
		if o.dirs.Cassettes == "" {
			return o, &fault.Error{
				Message: "what lies in a harness.FS cannot be recorded",
				Hint:    "give harness.Dir, too, which recordings go to",
			}
		}
		return o, nil
	}
	if o.dirs.Cassettes = s.t.TempDir(); o.dirs.Cassettes == "" {
		return o, errors.New("there is no temporary folder")
	}
	for _, file := range []string{file, "rules.yaml", "salt"} {
		if err := copyOut(o.files, file, o.dirs.Cassettes); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return o, fmt.Errorf("read a harness.FS: %w", err)
		}
	}
	return o, nil
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
