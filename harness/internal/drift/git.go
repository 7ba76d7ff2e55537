package drift

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// repository is a folder of a git repository, bare or not; "" is the working directory.
type repository string

// here is the repository around the working directory.
const here repository = ""

// command is a git command. Revisions and paths come from users: callers put them behind
// --end-of-options, where none of them can be an option.
func (r repository) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = string(r)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0")
	return cmd
}

// git runs a git command.
func (r repository) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var told bytes.Buffer
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, &fault.Error{Message: "compare what git holds: there is no git command", Hint: "install git, or compare files"}
	}
	return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(told.String()), "fatal: "))
}

const shallowAdvice = "this clone is shallow and does not hold all history: git fetch --unshallow"

func (r repository) isShallow(ctx context.Context) bool {
	out, err := r.git(ctx, "rev-parse", "--is-shallow-repository")
	return err == nil && strings.TrimSpace(string(out)) == "true"
}

// revisionAdvice is for a revision that git does not know; in a shallow clone there may be
// nothing wrong with it.
func (r repository) revisionAdvice(ctx context.Context) string {
	if r.isShallow(ctx) {
		return shallowAdvice
	}
	return "git log --oneline lists revisions; HEAD~3:cassettes/chats names a folder in one"
}

// kindAt is what a revision holds at a clean path: a "blob" or a "tree".
func (r repository) kindAt(ctx context.Context, revision, at string) (string, error) {
	if _, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}"); err != nil {
		return "", &fault.Error{Message: fmt.Sprintf("git does not know the revision %q", revision), Hint: r.revisionAdvice(ctx)}
	}
	kind, err := r.git(ctx, "cat-file", "-t", "--end-of-options", revision+":"+relative(at))
	if err != nil {
		return "", &fault.Error{
			Message: fmt.Sprintf("revision %s holds no %s", revision, at),
			Hint:    "paths count from the repository's root, or from here when they begin with ./",
		}
	}
	return strings.TrimSpace(string(kind)), nil
}

// openRevision finds the cassettes below a path of a revision.
func openRevision(ctx context.Context, revision, at string) (*Source, error) {
	name := revision + ":" + at
	at = path.Clean(filepath.ToSlash(at))
	kind, err := here.kindAt(ctx, revision, at)
	if err != nil {
		return nil, err
	}
	if kind == "blob" {
		return Of(name, func() (*cassette.Cassette, error) { return loadBlob(ctx, name, revision+":"+relative(at)) }), nil
	}
	out, err := here.git(ctx, "ls-tree", "-r", "-z", "--name-only", "--end-of-options", revision+":"+relative(at))
	if err != nil {
		return nil, &fault.Error{Message: "list " + name, Cause: err}
	}
	s := &Source{Name: name, load: func(file string) (*cassette.Cassette, error) {
		return loadBlob(ctx, revision+":"+path.Join(at, file), revision+":"+path.Join(relative(at), file))
	}}
	for file := range strings.SplitSeq(string(out), "\x00") {
		if isCassetteName(path.Base(file)) && file != "" && !strings.HasPrefix(file, ".") && !strings.Contains(file, "/.") {
			s.names = append(s.names, file)
		}
	}
	return s, nil
}

// relative is a path as git reads it behind a colon; "." is the root.
func relative(at string) string {
	if at == "." {
		return ""
	}
	return at
}

// loadBlob loads a cassette that git holds, which is called name in messages.
func loadBlob(ctx context.Context, name, object string) (*cassette.Cassette, error) {
	data, err := here.git(ctx, "cat-file", "blob", object)
	if err != nil {
		return nil, &fault.Error{Message: "read " + name, Cause: err}
	}
	return loadBytes(name, data)
}

// loadBytes loads a cassette that lies in memory. It goes through a file, since that is
// what package cassette reads without holding it twice.
func loadBytes(name string, data []byte) (*cassette.Cassette, error) {
	dir, err := os.MkdirTemp("", "graphvcr-diff-")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cassette.yaml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	tape, err := cassette.Load(file)
	if at := fault.Find(err); at != nil {
		at.File = name
	}
	if err != nil {
		return nil, err
	}
	tape.File = name
	return tape, nil
}
