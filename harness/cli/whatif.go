package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/report"
)

const whatifLong = `Whatif finds out which changes of the API would break your client, before they come. It
makes one change at a time to the responses of a cassette, and runs the client against it,
offline: a new enum member, a list that comes in pages, ids in another case, a longer
wait for what was created, another error code, a new property. Without --rule it makes
those that Microsoft calls non-breaking and may make on any day.

The client is any COMMAND, which runs as under graphvcr exec; also go test, whose
harness.Open then finds the changed cassette. Without a COMMAND the scenarios that use
the cassette are replayed. It has to pass without any change first.

The rules that begin with fault are not changes: they are what the service does on a bad
day (graphvcr serve --help), and are tried only if --rule names them, with a COMMAND.

A change that breaks the client is an error, with the client's output; a rule that changes
nothing in the recording is skipped, and a note says why.
`

// A bad day of the service, which whatif tries by name.
type bad struct {
	rule      report.Rule
	spec, doc string
}

// id is what --rule calls it.
func (b bad) id() string { return strings.TrimPrefix(string(b.rule), "whatif.") }

const (
	faultEmpty       report.Rule = "whatif.fault.empty"
	faultLag         report.Rule = "whatif.fault.lag"
	faultThrottle    report.Rule = "whatif.fault.throttle"
	faultTruncated   report.Rule = "whatif.fault.truncated"
	faultTwice       report.Rule = "whatif.fault.twice"
	faultUnavailable report.Rule = "whatif.fault.unavailable"
)

var weather = []bad{
	{faultEmpty, "empty", "good answers have no body"},
	{faultLag, "lag=2", "the first two reads of what was created are 404"},
	{faultThrottle, "throttle:every=2", "every other request is throttled"},
	{faultTruncated, "truncated", "ids in answers lack their last character"},
	{faultTwice, "twice", "lists have their first item twice, as a delta may"},
	{faultUnavailable, "unavailable:every=2", "every other request is answered 503"},
}

type whatifFlags struct {
	report   reportFlags
	cassette string
	rules    []string
}

func newWhatif(std streams, dirs *projectFlags) *cobra.Command {
	var opts whatifFlags
	cmd := &cobra.Command{
		Use:     "whatif --cassette NAME [--rule ID]... [-- COMMAND [ARGUMENT]...]",
		Short:   "Find out which changes of the API would break a client",
		Long:    whatifLong + "\nThe rules:\n" + ruleList(),
		Example: "  graphvcr whatif --cassette users/list -- node app.js\n  graphvcr whatif --cassette users/list -- go test ./...\n  graphvcr whatif --cassette teams/create-chat --rule enum.new --rule paging.added",
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.tell(std, dirs, func(p *project.Project, _ *reporting) (*report.Suite, error) {
				return opts.run(cmd.Context(), std, p, args)
			})
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what comes after the command is the command's
	flags.StringVar(&opts.cassette, "cassette", "", "`name` of the cassette that is changed")
	flags.StringArrayVar(&opts.rules, "rule", nil, "`id` of a change to make; repeatable (default: those that Microsoft calls non-breaking)")
	opts.report.register(flags)
	return cmd
}

// ruleList is the table of rules for the help; * marks those that are tried by default.
func ruleList() string {
	var b strings.Builder
	for _, r := range diff.Rules() {
		mark := " "
		if r.Free {
			mark = "*"
		}
		fmt.Fprintf(&b, "  %s %-20s %s\n", mark, r.ID, r.Doc)
	}
	for _, f := range weather {
		fmt.Fprintf(&b, "    %-20s %s\n", f.id(), f.doc)
	}
	return b.String()
}

func (f *whatifFlags) run(ctx context.Context, std streams, p *project.Project, args []string) (*report.Suite, error) {
	if f.cassette == "" {
		return nil, &fault.Error{Message: "whatif: no cassette given", Hint: "graphvcr whatif --cassette NAME -- COMMAND"}
	}
	tape, err := p.Cassette(f.cassette)
	if err != nil {
		return nil, err
	}
	rules, err := f.chosen()
	if err != nil {
		return nil, err
	}
	w := &whatif{std: std, project: p, tape: tape, args: args}
	if err := w.asItIs(ctx); err != nil {
		return nil, err
	}
	suite := &report.Suite{Command: "whatif"}
	for _, rule := range rules {
		told, err := w.try(ctx, &rule)
		if err != nil {
			return nil, err
		}
		suite.Cases = append(suite.Cases, told)
	}
	for _, day := range weather {
		if !slices.Contains(f.rules, day.id()) {
			continue
		}
		told, err := w.on(ctx, day)
		if err != nil {
			return nil, err
		}
		suite.Cases = append(suite.Cases, told)
	}
	return suite, nil
}

func (f *whatifFlags) chosen() ([]diff.Rule, error) {
	all := diff.Rules()
	for _, id := range f.rules {
		if !slices.ContainsFunc(all, func(r diff.Rule) bool { return string(r.ID) == id }) && !slices.ContainsFunc(weather, func(day bad) bool { return day.id() == id }) {
			return nil, &fault.Error{Message: fmt.Sprintf("whatif: there is no rule %q", id), Hint: "graphvcr whatif --help lists them"}
		}
	}
	return slices.DeleteFunc(all, func(r diff.Rule) bool {
		if len(f.rules) == 0 {
			return !r.Free
		}
		return !slices.Contains(f.rules, string(r.ID))
	}), nil
}

// whatif runs a client against changed copies of a cassette.
type whatif struct {
	std     streams
	project *project.Project
	tape    *cassette.Cassette
	args    []string
}

// An outcome is how a client fared.
type outcome struct {
	broken string // why, in a few words; "" when it was not
	said   string // the end of what it said
}

// asItIs sees that the client passes without any change.
func (w *whatif) asItIs(ctx context.Context) error {
	was, err := w.against(ctx, w.tape)
	if err != nil {
		return err
	}
	if was.broken != "" {
		fmt.Fprint(w.std.err, was.said)
		return &fault.Error{Message: "whatif: without any change, " + was.broken, Hint: "fix that first: graphvcr exec --cassette " + w.tape.Name + " -- COMMAND, or graphvcr replay"}
	}
	return nil
}

func (w *whatif) try(ctx context.Context, rule *diff.Rule) (report.Case, error) {
	told := report.Case{Name: string(rule.ID) + ": " + rule.Doc, File: w.tape.File}
	changed, what, err := rule.Mutate(w.tape, judge.Violations(w.project.Answers))
	if err != nil {
		return told, err
	}
	if what == "" {
		return w.skipped(told, "the recording holds nothing that could change so"), nil
	}
	return w.tell(ctx, told, changed, whatifRule(rule.ID), what)
}

// on tries a bad day of the service.
func (w *whatif) on(ctx context.Context, day bad) (report.Case, error) {
	told := report.Case{Name: day.id() + ": " + day.doc, File: w.tape.File}
	if len(w.args) == 0 {
		return w.skipped(told, "a fault needs a client: graphvcr whatif --cassette NAME -- COMMAND"), nil
	}
	return w.tell(ctx, told, w.tape, day.rule, day.doc, day.spec)
}

func (w *whatif) skipped(told report.Case, why string) report.Case {
	told.Status = report.Skipped
	told.Findings = []report.Finding{{Rule: ruleWhatifSkipped, Severity: report.Note, Place: report.Place{File: w.tape.File}, Message: "not tried: " + why}}
	return told
}

// tell runs the client, and tells whether it broke.
func (w *whatif) tell(ctx context.Context, told report.Case, tape *cassette.Cassette, rule report.Rule, what string, faults ...string) (report.Case, error) {
	fared, err := w.against(ctx, tape, faults...)
	if err != nil || fared.broken == "" {
		return told, err
	}
	told.Findings = []report.Finding{{
		Rule: rule, Severity: report.Error, Place: report.Place{File: w.tape.File},
		Message: "it breaks the client: " + fared.broken, Where: what, Hint: fared.said,
	}}
	return told, nil
}

// against runs the client against a cassette that stands in for the original, in a copy
// of the folder of cassettes.
func (w *whatif) against(ctx context.Context, tape *cassette.Cassette, faults ...string) (outcome, error) {
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	dir, err := os.MkdirTemp("", "graphvcr-whatif-")
	if err != nil {
		return outcome{}, &fault.Error{Message: "whatif: make a folder for changed cassettes", Cause: err}
	}
	defer child.NewGuard(dir).Release()
	defer os.RemoveAll(dir)
	if err := copyCassettes(w.project.Dirs.Cassettes, dir); err != nil {
		return outcome{}, &fault.Error{Message: "whatif: copy the cassettes", Cause: err}
	}
	file := filepath.Join(dir, filepath.FromSlash(w.tape.Name)+".yaml")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return outcome{}, err
	}
	if err := tape.Save(file, nil); err != nil {
		return outcome{}, err
	}
	dirs := w.project.Dirs
	if strings.HasPrefix(dirs.Rules, dirs.Cassettes+"/") {
		dirs.Rules = "" // the copy has them too
	}
	dirs.Cassettes = dir
	p, err := project.Open(dirs)
	if err != nil {
		return outcome{}, err
	}
	if len(w.args) == 0 {
		return w.scenarios(ctx, p)
	}
	return w.command(ctx, p, faults)
}

// scenarios replays those that use the cassette.
func (w *whatif) scenarios(ctx context.Context, p *project.Project) (outcome, error) {
	files, err := p.Files()
	if err != nil {
		return outcome{}, err
	}
	files = slices.DeleteFunc(files, func(file string) bool {
		sc, err := p.Scenario(file)
		return err != nil || sc.Cassette != w.tape.Name
	})
	if len(files) == 0 {
		return outcome{}, &fault.Error{Message: "whatif: no scenario uses the cassette " + w.tape.Name, Hint: "name a client: graphvcr whatif --cassette NAME -- COMMAND"}
	}
	suite, err := replay.Run(ctx, p, replay.Selection{Paths: files})
	if err != nil {
		return outcome{}, err
	}
	suite.Finish()
	if suite.ExitCode(report.Error) == statusClean {
		return outcome{}, nil
	}
	var said bytes.Buffer
	if err := report.Render(&said, "text", suite, report.Style{Quiet: true}); err != nil {
		return outcome{}, err
	}
	return outcome{broken: "its scenarios fail", said: said.String()}, nil
}

// command runs the client as under exec.
func (w *whatif) command(ctx context.Context, p *project.Project, faults []string) (outcome, error) {
	var said tail
	flags := &execFlags{client: clientFlags{cassettes: []string{w.tape.Name}, mode: string(session.Replay), auth: "none"}, faults: faults}
	x := &execution{std: streams{in: strings.NewReader(""), out: &said, err: &said}, args: w.args, flags: flags}
	if err := x.prepare(ctx, p); err != nil {
		if x.session != nil {
			x.session.End() // of nothing
		}
		return outcome{}, errors.Join(err, x.close())
	}
	x.env = append(x.env, "GRAPHVCR_CASSETTES="+p.Dirs.Cassettes)
	status, err := x.program(ctx)
	told := x.end(ctx)
	if err := errors.Join(err, x.close()); err != nil {
		return outcome{}, err
	}
	told.Findings = slices.DeleteFunc(told.Findings, func(f report.Finding) bool {
		return f.Rule == ruleExecNothing || f.Severity < report.Error // what is not asked for any more is the client's own affair
	})
	switch {
	case status != 0:
		return outcome{fmt.Sprintf("%s ends with exit status %d", w.args[0], status), said.String()}, nil
	case len(told.Findings) > 0 && told.Findings[0].Rule == ruleExecHandshake:
		return outcome{told.Findings[0].Message, told.Findings[0].Hint}, nil
	case len(told.Findings) > 0:
		return outcome{"it asks for what was never recorded: " + told.Findings[0].Sentence(), said.String()}, nil
	}
	return outcome{}, nil
}

// copyCassettes gives a folder the files of another, as links where that is possible.
func copyCassettes(from, to string) error {
	return project.Walk(from, func(file string) error {
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if os.Link(file, target) == nil {
			return nil
		}
		return copyFile(file, target)
	})
}

func copyFile(from, to string) error {
	in, err := plainfile.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

const longestTail = 2000

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	if over := len(t.text) - longestTail; over > 0 {
		t.text = t.text[over:]
	}
	return len(b), nil
}

func (t *tail) String() string { return strings.TrimSpace(strings.ToValidUTF8(string(t.text), "")) }
