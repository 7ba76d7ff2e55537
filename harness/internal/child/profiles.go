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

// A profile is a file of a program's own in which it keeps its tokens together with when
// they end. The program believes what it reads there, and writes it again when it has
// renewed a token.
type profile struct {
	variable string // names the file
	program  string // whose it is
	option   string // of the program's, which names the file before the variable does
	places   []place
}

// A place is where a profile is if the variable names none: a file below the folder that
// a variable names.
type place struct{ base, file string }

// profiles are those that a variable can lead elsewhere. (MSAL's caches need no copy, nor
// do files that hold a refresh token only: package signin gives back what was sent.)
var profiles = [...]profile{
	{"RCLONE_CONFIG", "rclone", "--config", []place{ // as rclone looks for it
		{"APPDATA", "rclone/rclone.conf"}, {"XDG_CONFIG_HOME", "rclone/rclone.conf"}, {"HOME", ".config/rclone/rclone.conf"}, {"HOME", ".rclone.conf"},
	}},
}

// copyProfiles makes copies of profiles in dir, and returns the variables that lead to
// them. A profile that is not there stays so.
func copyProfiles(get func(string) string, dir string) (map[string]string, error) {
	set := map[string]string{}
	for _, p := range profiles {
		to := filepath.Join(dir, p.variable)
		if err := p.copy(get, to); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("copy the profile that %s names: %w", p.variable, err)
		}
		set[p.variable] = to
	}
	return set, nil
}

func (p profile) copy(get func(string) string, to string) error {
	if named := get(p.variable); named != "" {
		return copyProfile(named, to)
	}
	for _, at := range p.places {
		base := get(at.base)
		if base == "" {
			continue
		}
		if err := copyProfile(filepath.Join(base, filepath.FromSlash(at.file)), to); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return fs.ErrNotExist
}

func copyProfile(from, to string) error {
	text, err := plainfile.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// Command is args with copies in dir in place of the profiles that they name, where
// profiles are copied. It does not see what a script passes to the programs that it runs.
func (p Place) Command(args []string, dir string) ([]string, error) {
	args = slices.Clone(args)
	if !p.CopyProfiles || len(args) == 0 {
		return args, nil
	}
	for _, of := range profiles {
		if strings.TrimSuffix(filepath.Base(args[0]), ".exe") != of.program {
			continue
		}
		for i := range args {
			var prefix, file string
			switch option, value, joined := strings.Cut(args[i], "="); {
			case joined && option == of.option:
				prefix, file = option+"=", value
			case i > 0 && args[i-1] == of.option:
				file = args[i]
			default:
				continue
			}
			to := filepath.Join(dir, of.variable+".named")
			if err := copyProfile(file, to); errors.Is(err, fs.ErrNotExist) {
				continue // the program's to make
			} else if err != nil {
				return nil, fmt.Errorf("copy the profile that %s names: %w", of.option, err)
			}
			args[i] = prefix + to
		}
	}
	return args, nil
}
