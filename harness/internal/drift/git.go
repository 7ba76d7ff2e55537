package drift

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
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

func (r repository) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, &fault.Error{Message: "compare what git holds: there is no git command", Hint: "install git, or compare files"}
	}
	return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(stderr.String()), "fatal: "))
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

// kindAt is what a revision holds at a path, as git calls it behind a colon: a "blob" or a
// "tree".
func (r repository) kindAt(ctx context.Context, revision, at string) (string, error) {
	if _, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}"); err != nil {
		return "", &fault.Error{Message: fmt.Sprintf("git does not know the revision %q", revision), Hint: r.revisionAdvice(ctx)}
	}
	kind, err := r.git(ctx, "cat-file", "-t", "--end-of-options", revision+":"+at)
	if err != nil {
		return "", &fault.Error{
			Message: fmt.Sprintf("revision %s holds no %s", revision, at),
			Hint:    "paths count from the repository's root, or from here when they begin with ./",
		}
	}
	return strings.TrimSpace(string(kind)), nil
}

// A tree is what git holds of a revision.
type tree struct {
	ctx      context.Context
	revision string
	base     string            // "./" where paths count from the working directory, else ""
	salts    map[string][]byte // by folder; nil where there is none
	blobs    *blobs            // nil until something is read
}

// object is what git calls a path.
func (t *tree) object(at string) string { return t.revision + ":" + t.base + at }

// relative is a path as git reads it behind a colon; "" is the folder that paths count from.
func relative(at string) string {
	if at = path.Clean(filepath.ToSlash(at)); at == "." {
		return ""
	}
	return at
}

// openRevision finds the cassettes below a path of a revision.
func openRevision(ctx context.Context, revision, at string) (*Source, error) {
	name := revision + ":" + at
	t := &tree{ctx: ctx, revision: revision, salts: map[string][]byte{}}
	if at = filepath.ToSlash(at); at == "." || strings.HasPrefix(at, "./") {
		t.base = "./"
	}
	at = relative(at)
	kind, err := here.kindAt(ctx, revision, t.base+at)
	if err != nil {
		return nil, err
	}
	if kind == "blob" {
		s := Of(name, func() (*cassette.Cassette, error) { return t.load(name, at) })
		s.revision, s.close = revision, t.close
		return s, nil
	}
	out, err := here.git(ctx, "ls-tree", "-r", "-z", "--full-tree", "--name-only", "--end-of-options", t.object(at))
	if err != nil {
		return nil, &fault.Error{Message: "list " + name, Cause: err}
	}
	s := &Source{Name: name, revision: revision, close: t.close, load: func(file string) (*cassette.Cassette, error) {
		return t.load(revision+":"+path.Join(at, file), path.Join(at, file))
	}}
	for file := range strings.SplitSeq(string(out), "\x00") {
		if isCassetteName(path.Base(file)) && file != "" && !strings.HasPrefix(file, ".") && !strings.Contains(file, "/.") {
			s.names = append(s.names, file)
		}
	}
	return s, nil
}

// read is the text of a file, which is called name in messages.
func (t *tree) read(at, name string) (text []byte, err error) {
	if strings.Contains(at, "\n") {
		return nil, fmt.Errorf("read %s from git: its name has a line break", name)
	}
	if t.blobs == nil {
		if t.blobs, err = here.blobs(t.ctx); err != nil {
			return nil, err
		}
	}
	return t.blobs.read(t.object(at), name)
}

// close ends the process that reads.
func (t *tree) close() {
	if t.blobs != nil {
		_ = t.blobs.close() // all that was asked for was read
		t.blobs = nil
	}
}

func (t *tree) load(name, at string) (*cassette.Cassette, error) {
	data, err := t.read(at, name)
	if err != nil {
		return nil, err
	}
	return loadBytes(name, data, t.salt(path.Dir(at)))
}

// salt is the text of the salt of a folder's cassettes: the revision's, or where it has none
// that of the checkout.
func (t *tree) salt(dir string) []byte {
	if salt, known := t.salts[dir]; known {
		return salt
	}
	salt, err := t.read(path.Join(dir, saltfile.Name), saltfile.Name)
	switch {
	case err == nil:
	case dir == "." || dir == "/" || strings.HasPrefix(dir, ".."):
		salt = saltHere(".")
	default:
		salt = t.salt(path.Dir(dir))
	}
	t.salts[dir] = salt
	return salt
}

// saltHere is the text of the salt of a folder of the checkout: nil where there is none, or
// where the environment has it, which whoever loads a cassette finds by itself.
func saltHere(dir string) []byte {
	salt, err := saltfile.Find(dir)
	if err != nil || os.Getenv(saltfile.Variable) != "" {
		return nil
	}
	return hex.AppendEncode(nil, salt)
}

// loadBytes loads a cassette that lies in memory, with the text of its salt. It goes through
// a file, since that is what package cassette reads without holding it twice.
func loadBytes(name string, data, salt []byte) (*cassette.Cassette, error) {
	dir, err := os.MkdirTemp("", "graphvcr-diff-")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cassette.yaml")
	err = os.WriteFile(file, data, 0o600)
	if err == nil && salt != nil {
		err = os.WriteFile(filepath.Join(dir, saltfile.Name), salt, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	loaded, err := cassette.Load(file)
	if at := fault.Find(err); at != nil {
		at.File = name
	}
	if err != nil {
		return nil, err
	}
	loaded.File = name
	return loaded, nil
}

// blobs reads what git holds through one process.
type blobs struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (r repository) blobs(ctx context.Context) (*blobs, error) {
	cmd := r.command(ctx, "cat-file", "--batch")
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr); err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	return &blobs{cmd, in, bufio.NewReader(out)}, nil
}

func (b *blobs) close() error { return errors.Join(b.in.Close(), b.cmd.Wait()) }

// read is the text of a blob, which is called name in messages.
func (b *blobs) read(blob, name string) ([]byte, error) {
	if _, err := fmt.Fprintln(b.in, blob); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	head, err := b.out.ReadString('\n') // "<object> <type> <size>", or why there is none
	if err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	fields := strings.Fields(head)
	var size int64
	if len(fields) == 3 {
		size, err = strconv.ParseInt(fields[2], 10, 64)
	}
	if len(fields) != 3 || err != nil {
		return nil, fmt.Errorf("read %s from git: %s", name, strings.TrimSpace(head))
	}
	if kind := fields[1]; kind != "blob" || size > cassette.MaxSize {
		if _, err := io.CopyN(io.Discard, b.out, size+1); err != nil { // the next answer is behind it
			return nil, fmt.Errorf("read %s from git: %w", name, err)
		}
		if kind != "blob" {
			return nil, fmt.Errorf("read %s from git: it is a %s", name, kind)
		}
		return nil, fmt.Errorf("read %s from git: %d bytes are too many", name, size)
	}
	data := make([]byte, size+1) // and a line break
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	return data[:size], nil
}

// mostKept bounds the texts that are kept because they come again.
const mostKept = 64 << 20

// reader reads the texts of versions, each once: one that comes again is kept until then.
type reader struct {
	blobs *blobs
	more  map[string]int // how often a blob will be asked for
	kept  map[string][]byte
	size  int // of what is kept
}

func newReader(b *blobs, versions []version) *reader {
	r := &reader{blobs: b, more: map[string]int{}, kept: map[string][]byte{}}
	for _, v := range versions {
		r.more[v.blob]++
	}
	return r
}

func (r *reader) read(blob, name string) (text []byte, err error) {
	text, known := r.kept[blob]
	if !known {
		text, err = r.blobs.read(blob, name)
	} else if r.more[blob] == 1 {
		r.size -= len(text)
		delete(r.kept, blob)
	}
	if r.more[blob]--; !known && r.more[blob] > 0 && r.size+len(text) <= mostKept {
		r.size += len(text)
		r.kept[blob] = text
	}
	return text, err
}
