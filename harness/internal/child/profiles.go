package child

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// rclone keeps its tokens, together with when they end, in a file of its own: it believes what
// it reads there, and writes it again when it has renewed a token. (MSAL's caches need no copy,
// nor do files that hold a refresh token only: package signin gives back what was sent.)
const (
	rclone       = "rclone"
	rcloneConfig = "RCLONE_CONFIG" // names the file
	rcloneOption = "--config"      // names it before the variable does
)

// rcloneFiles are where rclone looks for its file if nothing names it, below the folders that
// variables name.
var rcloneFiles = [...]struct{ base, file string }{
	{"APPDATA", "rclone/rclone.conf"}, {"XDG_CONFIG_HOME", "rclone/rclone.conf"}, {"HOME", ".config/rclone/rclone.conf"}, {"HOME", ".rclone.conf"},
}

// copyProfile makes a copy of rclone's file in dir, to which the variables lead that it
// returns: none where there is no file.
func copyProfile(get func(string) string, dir string) (map[string]string, error) {
	var files []string
	for _, at := range rcloneFiles {
		if base := get(at.base); base != "" {
			files = append(files, filepath.Join(base, filepath.FromSlash(at.file)))
		}
	}
	if named := get(rcloneConfig); named != "" {
		files = []string{named}
	}
	to := filepath.Join(dir, rcloneConfig)
	for _, file := range files {
		if copied, err := copyFile(rcloneConfig, file, to); copied || err != nil {
			return map[string]string{rcloneConfig: to}, err
		}
	}
	return nil, nil
}

// copyFile copies a profile that something names, unless it is not there: then it is the
// program's to make.
func copyFile(name, from, to string) (copied bool, err error) {
	text, err := plainfile.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		return false, fmt.Errorf("copy the profile that %s names: %w", name, err)
	}
	return true, nil
}

// Command is args with a copy in dir in place of the profile that they name, where
// profiles are copied. It does not see what a script passes to the programs that it runs.
func (p Place) Command(args []string, dir string) ([]string, error) {
	args = slices.Clone(args)
	if !p.CopyProfiles || len(args) == 0 || strings.TrimSuffix(filepath.Base(args[0]), ".exe") != rclone {
		return args, nil
	}
	to := filepath.Join(dir, rcloneConfig+".named")
	for i := range args {
		prefix, file := "", args[i]
		if value, joined := strings.CutPrefix(args[i], rcloneOption+"="); joined {
			prefix, file = rcloneOption+"=", value
		} else if i == 0 || args[i-1] != rcloneOption {
			continue
		}
		copied, err := copyFile(rcloneOption, file, to)
		if err != nil {
			return nil, err
		}
		if copied {
			args[i] = prefix + to
		}
	}
	return args, nil
}
