package child

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A profile is a file of a program's own in which it keeps its tokens together with when
// they end. The program believes what it reads there, and writes it anew when it has
// renewed a token.
type profile struct {
	variable string // names the file
	places   []place
}

// A place is where a profile is if the variable names none: a file below the folder that
// a variable names.
type place struct{ base, file string }

// profiles are those that a variable can lead elsewhere. (MSAL's caches need no copy, nor
// do files that hold a refresh token only: package signin gives back what was sent.)
var profiles = [...]profile{
	{"RCLONE_CONFIG", []place{ // as rclone looks for it
		{"APPDATA", "rclone/rclone.conf"}, {"XDG_CONFIG_HOME", "rclone/rclone.conf"}, {"HOME", ".config/rclone/rclone.conf"}, {"HOME", ".rclone.conf"},
	}},
}

// copyProfiles makes copies of profiles in dir, and returns the variables that lead to
// them. A profile that is not there stays so.
func copyProfiles(get func(string) string, dir string) (map[string]string, error) {
	set := map[string]string{}
	for _, p := range profiles {
		text, err := p.read(get)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		to := filepath.Join(dir, p.variable)
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			return nil, fmt.Errorf("copy the profile that %s names: %w", p.variable, err)
		}
		set[p.variable] = to
	}
	return set, nil
}

func (p profile) read(get func(string) string) ([]byte, error) {
	if named := get(p.variable); named != "" {
		return os.ReadFile(named)
	}
	for _, at := range p.places {
		base := get(at.base)
		if base == "" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(base, filepath.FromSlash(at.file)))
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
	}
	return nil, fs.ErrNotExist
}
