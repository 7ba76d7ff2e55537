package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// diffFlags are what commands that compare have in common.
type diffFlags struct {
	report      reportFlags
	expected    []string
	accept      bool
	reason, end string
	metadata    metadataFlags
}

func (f *diffFlags) register(flags *pflag.FlagSet) {
	f.report.register(flags)
	f.report.failOn, flags.Lookup("fail-on").DefValue = "warning", "warning"
	flags.StringArrayVar(&f.expected, "map", nil, "an expected difference `OLD=NEW` of API versions, auth kinds or clouds: v1.0=beta; repeatable")
}

func newDiff(std Streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Report what changed in the API between two recordings",
		Args:  arguments(cobra.RangeArgs(1, 2)),
		RunE:  opts.on(std, dirs, opts.compare),
	}
	flags := cmd.Flags()
	opts.register(flags)
	flags.BoolVar(&opts.accept, "accept", false, "accept what is found from now on")
	flags.StringVar(&opts.reason, "reason", "", "why it is accepted")
	flags.StringVar(&opts.end, "until", "", "last `date` on which it is accepted, 2027-01-31")
	opts.metadata.register(flags, "OLD and NEW are files of metadata ($metadata), or REVISION:PATH of them")
	return cmd
}

// on is reportFlags.on for work that compares.
func (f *diffFlags) on(std Streams, dirs *projectFlags, work func(context.Context, *task, drift.Options) (*report.Suite, error)) func(*cobra.Command, []string) error {
	return f.report.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
		options, err := f.options(t)
		if err != nil {
			return nil, err
		}
		if err := f.metadata.check(); err != nil {
			return nil, err
		}
		return work(ctx, t, options)
	})
}

// options gathers what the flags, the rules and the accepted changes say.
func (f *diffFlags) options(t *task) (drift.Options, error) {
	p := t.project
	opts := drift.Options{
		Diff: diff.Options{Severities: p.Rules.Diff.Severity, Off: p.Rules.Diff.Off, Map: map[string]string{}, Judge: judge.Violations(p.Answers), IsText: judge.Texts(p.Dirs.Schemas)},
		Now:  time.Now(),
		Show: t.has("html") || t.has("markdown"),
	}
	for _, pair := range f.expected {
		old, new, found := strings.Cut(pair, "=")
		if !found || old == "" || new == "" {
			return opts, &fault.Error{Message: fmt.Sprintf("--map %q is not OLD=NEW", pair), Hint: "e.g. --map v1.0=beta, --map delegated=application"}
		}
		opts.Diff.Map[old] = new
	}
	var err error
	opts.Accepted, err = drift.LoadAcceptances(filepath.Join(p.Dirs.Cassettes, drift.AcceptFile))
	return opts, err
}

func (f *diffFlags) compare(ctx context.Context, t *task, opts drift.Options) (*report.Suite, error) {
	compare := recordings
	if f.metadata.csdl {
		compare = f.metadata.compare
	}
	suite, err := compare(ctx, t.project, t.args, opts)
	if err != nil {
		return nil, err
	}
	suite.About = append(suite.About, strings.Join(t.args, " → "))
	if f.accept {
		return f.acceptAll(t.std, suite, opts)
	}
	line := "graphvcr diff "
	if f.metadata.csdl {
		line += "--csdl "
	}
	line += commandLine(t.args)
	for i := range suite.Cases {
		suite.Cases[i].Commands = []report.Command{{What: "Run it again", Line: line}, {What: "Accept what changed", Line: line + " --accept --reason 'WHY'"}}
	}
	return suite, nil
}

func recordings(ctx context.Context, p *project.Project, args []string, opts drift.Options) (*report.Suite, error) {
	if len(args) == 1 {
		var err error
		if args, err = twoSides(p, args[0]); err != nil {
			return nil, err
		}
	}
	old, err := source(ctx, p, args[0])
	if err != nil {
		return nil, err
	}
	new, err := source(ctx, p, args[1])
	if err != nil {
		return nil, err
	}
	return drift.Compare(old, new, opts)
}

// acceptAll writes down what was found, and takes it off the suite.
func (f *diffFlags) acceptAll(std Streams, suite *report.Suite, opts drift.Options) (*report.Suite, error) {
	if f.reason == "" {
		return nil, &fault.Error{Message: "--accept needs a reason", Hint: "--reason 'the client reads both spellings'"}
	}
	var until time.Time
	if f.end != "" {
		var err error
		if until, err = time.Parse("2006-01-02", f.end); err != nil {
			return nil, &fault.Error{Message: fmt.Sprintf("--until %q is not a date", f.end), Hint: "write it like 2027-01-31"}
		}
	}
	if !until.IsZero() && until.AddDate(0, 0, 1).Before(opts.Now) {
		return nil, &fault.Error{Message: "--until " + f.end + " is in the past"}
	}
	added, err := opts.Accepted.Accept(suite, f.reason, until, opts.Now)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(std.Err, "accepted %d changes in %s\n", added, opts.Accepted.File)
	for i := range suite.Cases {
		if suite.Cases[i].Status != report.Errored {
			suite.Cases[i].Findings = nil
		}
	}
	return suite, nil
}

// twoSides are what one argument names: two revisions, or one and what is here.
func twoSides(p *project.Project, arg string) ([]string, error) {
	if from, to, found := strings.Cut(arg, ".."); found && !strings.Contains(arg, "/..") && from != "" && to != "" {
		here := "./" + filepath.ToSlash(p.Dirs.Cassettes)
		return []string{from + ":" + here, strings.TrimPrefix(to, ".") + ":" + here}, nil
	}
	if _, path, found := strings.Cut(arg, ":"); found && path != "" {
		return []string{arg, path}, nil
	}
	return nil, &fault.Error{Message: "diff: " + arg + " needs something to compare with", Hint: "graphvcr diff OLD NEW, graphvcr diff REVISION:PATH, or graphvcr diff REVISION..REVISION"}
}

// source is a file, a folder, what git holds, or a cassette's name.
func source(ctx context.Context, p *project.Project, name string) (*drift.Source, error) {
	s, err := drift.Open(ctx, name)
	if err == nil || strings.Contains(name, ":") {
		return s, err
	}
	if _, statErr := os.Stat(name); !errors.Is(statErr, fs.ErrNotExist) {
		return nil, err
	}
	file, nameErr := p.CassetteFile(name)
	if nameErr != nil {
		below := filepath.Join(p.Dirs.Cassettes, name)
		if info, statErr := os.Stat(below); statErr == nil && info.IsDir() {
			return drift.Open(ctx, below)
		}
		return nil, err
	}
	return drift.Of(file, func() (*cassette.Cassette, error) { return cassette.Load(file) }), nil
}

// commandLine are arguments as a shell takes them.
func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if strings.ContainsAny(arg, " '\"$\\*?&|;<>()`") {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

func newHistory(std Streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	cmd := &cobra.Command{
		Use:   "history CASSETTE|SCENARIO | --csdl PATH",
		Short: "Show when the API changed, from the git log of a file",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task, options drift.Options) (*report.Suite, error) {
			if opts.metadata.csdl {
				return opts.metadata.history(ctx, t.project, t.args[0], options)
			}
			file, err := recordingOf(t.project, t.args[0])
			if err != nil {
				return nil, err
			}
			suite, err := drift.History(ctx, file, options)
			if err == nil {
				suite.About = append(suite.About, file)
			}
			return suite, err
		}),
	}
	opts.register(cmd.Flags())
	opts.metadata.register(cmd.Flags(), "walk the log of a file of metadata ($metadata)")
	return cmd
}

// recordingOf is the file of a cassette, or of a scenario's cassette.
func recordingOf(p *project.Project, name string) (string, error) {
	if files, err := p.Files(name); err == nil && len(files) == 1 {
		if sc, err := p.Scenario(files[0]); err == nil {
			return p.CassetteFile(sc.Cassette)
		}
	}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		return filepath.ToSlash(name), nil
	}
	return p.CassetteFile(name)
}
