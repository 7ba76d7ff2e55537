package testkit

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Tests are a package's: *testing.M.
type Tests interface{ Run() int }

// On is tests that run on a machine with the given programs and no others. It may change
// the process's environment and must be run before anything has read that.
func On(tests Tests, programs ...string) Tests { return &machine{tests, programs} }

type machine struct {
	tests    Tests
	programs []string
}

// marker is set on the machine, so that a test binary which a test starts keeps the
// environment that the test gives it.
const marker = "GRAPHVCR_TESTKIT"

// outside is the environment of whoever runs the tests.
var outside = os.Environ()

// Run runs the tests and returns their exit status.
func (m *machine) Run() int {
	if os.Getenv(marker) != "" {
		return m.tests.Run()
	}
	dir, err := os.MkdirTemp("", "graphvcr-testkit-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = m.enter(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testkit: make a machine for the tests:", err)
		return 2
	}
	return m.tests.Run()
}

// enter makes the machine in a folder and changes to it.
func (m *machine) enter(dir string) error {
	home, bin := filepath.Join(dir, "home"), filepath.Join(dir, "bin")
	for _, folder := range []string{home, bin} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	path := []string{bin}
	for _, program := range m.programs {
		found, ok := find(os.Getenv("PATH"), program)
		if !ok {
			continue
		}
		if err := os.Symlink(found, filepath.Join(bin, filepath.Base(found))); err != nil {
			path = append(path, filepath.Dir(found)) // where users may make no links
		}
	}
	set := map[string]string{
		marker: dir, "PATH": strings.Join(path, string(os.PathListSeparator)),
		"HOME": home, "USERPROFILE": home, "APPDATA": home, "LOCALAPPDATA": home,
		"TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
	}
	maps.Copy(set, kept(outside))
	os.Clearenv()
	for name, value := range set {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// switches are variables that tests read to do more, or otherwise, than they usually do.
var switches = [...]string{"UPDATE_GOLDEN", "GRAPHVCR_FULL", "GRAPHVCR_SLOW", "GRAPHVCR_CLIENTS", "GRAPHVCR_TRANSCRIPT", "GRAPHVCR_SCREENSHOTS"}

// system are those that programs cannot do without.
var system = [...]string{"TMPDIR", "TMP", "TEMP", "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "WINDIR"}

// kept are the variables of an environment that the machine has too.
func kept(env []string) map[string]string {
	stay := map[string]string{}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if slices.Contains(switches[:], name) || slices.Contains(system[:], strings.ToUpper(name)) || isGo(name) {
			stay[name] = value
		}
	}
	return stay
}

// isGo reports whether a variable is the go command's or the runtime's: GOFLAGS, GOCACHE.
func isGo(name string) bool {
	return strings.HasPrefix(name, "GO") && !strings.ContainsFunc(name, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// find looks a program up on a PATH. What a version manager puts in its folder of shims
// works with its settings only: a program elsewhere goes before that.
func find(path, program string) (file string, ok bool) {
	for _, dir := range filepath.SplitList(path) {
		found, err := exec.LookPath(filepath.Join(dir, program))
		if err != nil || !filepath.IsAbs(found) {
			continue
		}
		if filepath.Base(dir) != "shims" {
			return found, true
		}
		if file == "" {
			file = found
		}
	}
	return file, file != ""
}

func outsidePath() string {
	for _, entry := range slices.Backward(outside) {
		if name, path, _ := strings.Cut(entry, "="); strings.EqualFold(name, "PATH") {
			return path
		}
	}
	return ""
}

// Go is a go command, run outside. Whoever runs go test has one.
func Go(args ...string) *exec.Cmd {
	program, ok := find(outsidePath(), "go")
	if !ok {
		program = "go"
	}
	cmd := exec.Command(program, args...)
	cmd.Env = slices.Clone(outside)
	return cmd
}

// Slow reports whether a proof is to be made at its full size, which .ci/run asks for with
// GRAPHVCR_SLOW=1: go test ./... is for every change, and makes it smaller.
func Slow() bool { return os.Getenv("GRAPHVCR_SLOW") == "1" }

// Sized is the full size of a proof where it may be slow, and a smaller one elsewhere.
func Sized(full, quick int) int {
	if Slow() {
		return full
	}
	return quick
}

// Shell are the programs of a shell's everyday scripts.
func Shell() []string {
	return strings.Fields("bash sh env awk cat chmod cp cut find grep head ls mkdir mkfifo mktemp rm sed sha256sum sleep sort tail tee touch tr wc")
}
