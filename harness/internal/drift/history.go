package drift

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A version is a cassette as one commit left it.
type version struct {
	commit, date, subject string
	blob                  string // "" where the commit removed it
}

func (v *version) name() string { return v.date + " " + v.commit[:7] + " " + v.subject }

// History tells, commit by commit, what changed in a cassette's behaviour: a case a commit
// that changed the file, oldest first. Commits that changed no behaviour have no findings.
// What was never committed comes last. Accepted changes are told too: they happened.
func History(ctx context.Context, file string, opts Options) (*report.Suite, error) {
	opts.Accepted = Acceptances{}
	versions, err := versionsOf(ctx, file)
	if err != nil {
		return nil, err
	}
	suite := &report.Suite{Command: "history", FailOn: report.Warning, Ordered: true}
	blobs, err := startBlobs(ctx)
	if err != nil {
		return nil, err
	}
	blobs.salt = saltHere(filepath.Dir(file))
	defer blobs.close()
	blobs.willBeAsked(versions)
	var before *cassette.Cassette
	for n, v := range versions {
		told := report.Case{Name: v.name(), Label: v.date, File: file}
		if v.blob == "" {
			told.Findings = []report.Finding{{Rule: ruleDriftCassetteGone, Severity: report.Note, Place: report.Place{File: file}, Message: "removed"}}
			suite.Cases = append(suite.Cases, told)
			continue
		}
		after, err := blobs.load(v.blob, v.commit[:7]+":"+file)
		if err != nil {
			// A version that was once broken is part of the story and not its end.
			told.Findings = []report.Finding{{Rule: ruleDriftUnreadable, Severity: report.Note, Place: report.Place{File: file}, Message: err.Error()}}
			suite.Cases = append(suite.Cases, told)
			continue
		}
		told = step(told, before, after, opts)
		if n == 0 && isShallow(ctx) {
			told.Findings = append(told.Findings, report.Finding{
				Rule: ruleDriftShallow, Severity: report.Warning, Place: report.Place{File: file},
				Message: "earlier changes are not shown: " + shallowAdvice,
			})
		}
		suite.Cases = append(suite.Cases, told)
		before = after
	}
	if here, err := cassette.Load(file); err == nil && before != nil && !sameAs(ctx, file, versions[len(versions)-1].blob) {
		suite.Cases = append(suite.Cases, step(report.Case{Name: "not committed", Label: "not committed", File: file}, before, here, opts))
	}
	return suite, nil
}

// step compares a version with the one before it. Where that is of another kind of
// recording, the step says so.
func step(told report.Case, before, after *cassette.Cassette, opts Options) report.Case {
	if before == nil {
		return told
	}
	compared := Case(told.Name, before, after, opts)
	told.Findings, told.Steps = compared.Findings, compared.Steps
	for i := range told.Findings {
		if told.Findings[i].Rule == ruleDriftIncomparable {
			told.Findings[i].Severity = report.Warning
		}
	}
	return told
}

func sameAs(ctx context.Context, file, blob string) bool {
	out, err := git(ctx, "hash-object", "--", file)
	return err == nil && strings.TrimSpace(string(out)) == blob
}

// versionsOf are the commits that changed a file, oldest first, names it had before
// included.
func versionsOf(ctx context.Context, file string) ([]version, error) {
	if _, err := git(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		return nil, &fault.Error{Message: "look at the history of " + file + ": there is no git repository with commits here"}
	}
	out, err := git(ctx, "log", "--follow", "--format=%x01%H%x02%cs%x02%s", "--raw", "--no-abbrev", "--end-of-options", "HEAD", "--", filepath.ToSlash(file))
	if err != nil {
		return nil, &fault.Error{Message: "look at the history of " + file, Cause: err}
	}
	var versions []version
	for entry := range strings.SplitSeq(string(out), "\x01") {
		head, changes, _ := strings.Cut(entry, "\n")
		fields := strings.Split(head, "\x02")
		if len(fields) != 3 {
			continue
		}
		v := version{commit: fields[0], date: fields[1], subject: fields[2]}
		if raw := strings.Fields(strings.TrimSpace(changes)); len(raw) > 4 {
			v.blob = raw[3]
		}
		if strings.Trim(v.blob, "0") == "" {
			v.blob = ""
		}
		if n := len(versions); n == 0 || versions[n-1].blob != v.blob || v.blob == "" {
			versions = append(versions, v)
		}
	}
	if len(versions) == 0 {
		return nil, &fault.Error{Message: "git knows no history of " + file, Hint: revisionAdvice(ctx)}
	}
	slices.Reverse(versions)
	return versions, nil
}

// blobs reads what git holds through one process, each blob once.
type blobs struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	more map[string]int // how often a blob will be asked for again
	kept map[string]*cassette.Cassette
	salt []byte // the text of the salt that the cassette has today
}

// willBeAsked says which blobs will be loaded, so that only what comes again is kept.
func (b *blobs) willBeAsked(versions []version) {
	for _, v := range versions {
		b.more[v.blob]++
	}
}

func startBlobs(ctx context.Context) (*blobs, error) {
	cmd := exec.CommandContext(ctx, "git", "cat-file", "--batch")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	return &blobs{cmd: cmd, in: in, out: bufio.NewReader(out), more: map[string]int{}, kept: map[string]*cassette.Cassette{}}, nil
}

func (b *blobs) close() error { return errors.Join(b.in.Close(), b.cmd.Wait()) }

// load is the cassette of a blob, which is called name in messages.
func (b *blobs) load(blob, name string) (*cassette.Cassette, error) {
	c := b.kept[blob]
	if c == nil {
		var err error
		if c, err = b.read(blob, name); err != nil {
			return nil, err
		}
	}
	delete(b.kept, blob)
	if b.more[blob]--; b.more[blob] > 0 {
		b.kept[blob] = c
	}
	named := *c
	named.File = name
	return &named, nil
}

func (b *blobs) read(blob, name string) (*cassette.Cassette, error) {
	if _, err := fmt.Fprintln(b.in, blob); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	head, err := b.out.ReadString('\n') // "<object> blob <size>"
	if err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 || fields[1] != "blob" {
		return nil, fmt.Errorf("read %s from git: %s", name, strings.TrimSpace(head))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size > cassette.MaxSize {
		return nil, fmt.Errorf("read %s from git: %s bytes are too many", name, fields[2])
	}
	data := make([]byte, size+1) // and a line break
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	return loadBytes(name, data[:size], b.salt)
}
