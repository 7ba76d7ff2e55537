package cassette

import (
	"fmt"
	"io/fs"
	"os"
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
	return partsOf(c.Interactions).Save(file, c.Meta, guard != nil)
}

// finalMode is the mode of a file that was saved.
func finalMode(file string, guarded bool) fs.FileMode {
	if !guarded {
		return 0o600
	}
	if info, err := os.Stat(file); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}
