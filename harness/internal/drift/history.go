package drift

import (
	"cmp"
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A version is a file as one commit left it.
type version struct {
	commit, date, subject string
	blob                  string // "" where the commit removed it
}

func (v *version) name() string { return v.date + " " + v.commit[:7] + " " + v.subject }

// at is what messages call a file of the version.
func (v *version) at(file string) string { return v.commit[:7] + ":" + file }

// History says, commit by commit, what changed in a cassette's behaviour: a case a commit
// that changed the file, oldest first. Commits that changed no behaviour have no findings.
// What was never committed comes last. Accepted changes are reported too: they happened. A file
// that was never a cassette is an error.
func History(ctx context.Context, file string, opts Options) (*report.Suite, error) {
	opts.Accepted = Acceptances{}
	salt := saltHere(filepath.Dir(file))
	w := walk[*cassette.Cassette]{
		repo: here, file: file, wants: "a cassette",
		parse:    func(name string, text []byte) (*cassette.Cassette, error) { return loadBytes(name, text, salt) },
		checkout: func() (*cassette.Cassette, error) { return cassette.Load(file) },
		step: func(one report.Case, before, after *cassette.Cassette) report.Case {
			return step(one, before, after, opts)
		},
	}
	if kind := strings.ToLower(path.Ext(file)); kind == ".csdl" || kind == ".xml" {
		w.hint = "graphvcr history --csdl " + file + " walks the log of metadata"
	}
	return w.run(ctx)
}

const notCommitted = "not committed"

// walk goes from version to version of a file, whatever it holds.
type walk[T any] struct {
	repo     repository
	file     string
	oneLine  bool   // of a branch that was merged, the merge alone
	wants    string // what the file should be: "a cassette"
	hint     string // for a file that never was; "" for that of the first fault
	parse    func(name string, text []byte) (T, error)
	checkout func() (T, error) // what lies in the checkout
	step     func(one report.Case, before, after T) report.Case
}

// run makes a case of each version, and one of what was never committed.
func (w *walk[T]) run(ctx context.Context) (*report.Suite, error) {
	versions, err := w.repo.versions(ctx, w.file, w.oneLine)
	if err != nil {
		return nil, err
	}
	blobs, err := w.repo.blobs(ctx)
	if err != nil {
		return nil, err
	}
	defer blobs.close()
	suite, before, err := w.cases(ctx, versions, newReader(blobs, versions))
	if err != nil || before == nil || w.repo.sameAs(ctx, w.file, versions[len(versions)-1].blob) {
		return suite, err
	}
	if now, err := w.checkout(); err == nil {
		suite.Cases = append(suite.Cases, w.step(report.Case{Name: notCommitted, Label: notCommitted, File: w.file}, *before, now))
	}
	return suite, nil
}

// cases makes a case of each version, and returns the last one that could be read, or nil.
func (w *walk[T]) cases(ctx context.Context, versions []version, texts *reader) (*report.Suite, *T, error) {
	suite := &report.Suite{Command: "history", FailOn: report.Warning, Ordered: true}
	suite.Cases = make([]report.Case, len(versions))
	var before *T
	var first error
	for n := range versions {
		v, one := &versions[n], &suite.Cases[n]
		*one = report.Case{Name: v.name(), Label: v.date, File: w.file}
		find := func(rule report.Rule, severity report.Severity, message string) {
			f := report.Finding{Rule: rule, Severity: severity, Place: report.Place{File: w.file}, Message: message}
			one.Findings = append(one.Findings, f)
		}
		if v.blob == "" {
			find(ruleDriftCassetteGone, report.Note, "removed")
			continue
		}
		var after T
		text, err := texts.read(v.blob, v.at(w.file))
		if err == nil {
			after, err = w.parse(v.at(w.file), text)
		}
		switch {
		case ctx.Err() != nil:
			return nil, nil, ctx.Err()
		case err != nil: // a version that was once broken is part of the story and not its end
			find(ruleDriftUnreadable, report.Note, err.Error())
			if first == nil {
				first = err
			}
			continue
		case before != nil:
			*one = w.step(*one, *before, after)
		}
		if n == 0 && w.repo.isShallow(ctx) {
			find(ruleDriftShallow, report.Warning, "earlier changes are not shown: "+shallowAdvice)
		}
		before = &after
	}
	if before == nil && first != nil {
		return nil, nil, &fault.Error{Message: "no version of " + w.file + " is " + w.wants, Cause: first, Hint: cmp.Or(w.hint, fault.Hint(first))}
	}
	return suite, before, nil
}

// step compares a version with the one before it. Where that is of another kind of
// recording, the step says so.
func step(one report.Case, before, after *cassette.Cassette, opts Options) report.Case {
	compared := Case(one.Name, before, after, opts)
	one.Findings, one.Steps = compared.Findings, compared.Steps
	for i := range one.Findings {
		if one.Findings[i].Rule == ruleDriftIncomparable {
			one.Findings[i].Severity = report.Warning
		}
	}
	return one
}

func (r repository) sameAs(ctx context.Context, file, blob string) bool {
	out, err := r.git(ctx, "hash-object", "--", file)
	return err == nil && strings.TrimSpace(string(out)) == blob
}

// versions are the commits that changed a file, oldest first, names it had before included.
// Of a branch that was merged the merge alone counts where one line is asked for.
func (r repository) versions(ctx context.Context, file string, oneLine bool) ([]version, error) {
	if _, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		where := "here"
		if r != here {
			where = "in " + string(r)
		}
		return nil, &fault.Error{Message: "look at the history of " + file + ": there is no git repository with commits " + where}
	}
	args := []string{"log", "--follow", "--no-show-signature", "--format=%x01%H%x02%cs%x02%s", "--raw", "--no-abbrev"}
	if oneLine {
		args = append(args, "--first-parent", "-m")
	}
	out, err := r.git(ctx, append(args, "--end-of-options", "HEAD", "--", filepath.ToSlash(file))...)
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
		return nil, &fault.Error{Message: "git knows no history of " + file, Hint: r.revisionAdvice(ctx)}
	}
	slices.Reverse(versions)
	return versions, nil
}
