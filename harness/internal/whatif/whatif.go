package whatif

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

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/program"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// A Fault is what the service does on a bad day, which is tried by name.
type Fault struct {
	rule report.Rule
	spec string // for package proxy
	Doc  string
}

// ID is what the fault is called.
func (f Fault) ID() string { return strings.TrimPrefix(string(f.rule), "whatif.") }

const (
	ruleSkipped report.Rule = "whatif.skipped"

	faultEmpty       report.Rule = "whatif.fault.empty"
	faultLag         report.Rule = "whatif.fault.lag"
	faultThrottle    report.Rule = "whatif.fault.throttle"
	faultTruncated   report.Rule = "whatif.fault.truncated"
	faultTwice       report.Rule = "whatif.fault.twice"
	faultUnavailable report.Rule = "whatif.fault.unavailable"
)

// Faults are those that can be tried.
func Faults() []Fault {
	return []Fault{
		{faultEmpty, "empty", "good answers have no body"},
		{faultLag, "lag=2", "the first two reads of what was created are 404"},
		{faultThrottle, "throttle:every=2", "every other request is throttled"},
		{faultTruncated, "truncated", "ids in answers lack their last character"},
		{faultTwice, "twice", "lists have their first item twice, as a delta may"},
		{faultUnavailable, "unavailable:every=2", "every other request is answered 503"},
	}
}

// Options say what is tried.
type Options struct {
	Cassette string    // is changed
	Rules    []string  // ids of changes to make, and of faults; none: the changes that Microsoft calls non-breaking
	Args     []string  // the client; none: the scenarios that use the cassette
	Talk     io.Writer // for what a client says that breaks without any change
}

// Run runs a client against changed copies of a cassette. The suite has a case for each
// change. It is an error if the client does not pass without any.
func Run(ctx context.Context, p *project.Project, o Options) (*report.Suite, error) {
	if o.Cassette == "" {
		return nil, &fault.Error{Message: "whatif: no cassette given", Hint: "graphvcr whatif --cassette NAME -- COMMAND"}
	}
	original, err := p.Cassette(o.Cassette)
	if err != nil {
		return nil, err
	}
	rules, err := o.chosen()
	if err != nil {
		return nil, err
	}
	w := &trial{Options: o, project: p, original: original}
	if err := w.asItIs(ctx); err != nil {
		return nil, err
	}
	suite := &report.Suite{Command: "whatif"}
	for _, rule := range rules {
		result, err := w.try(ctx, &rule)
		if err != nil {
			return nil, err
		}
		suite.Cases = append(suite.Cases, result)
	}
	for _, day := range Faults() {
		if !slices.Contains(o.Rules, day.ID()) {
			continue
		}
		result, err := w.on(ctx, day)
		if err != nil {
			return nil, err
		}
		suite.Cases = append(suite.Cases, result)
	}
	return suite, nil
}

func (o *Options) chosen() ([]diff.Rule, error) {
	all := diff.Rules()
	for _, id := range o.Rules {
		if !slices.ContainsFunc(all, func(r diff.Rule) bool { return string(r.ID) == id }) && !slices.ContainsFunc(Faults(), func(day Fault) bool { return day.ID() == id }) {
			return nil, &fault.Error{Message: fmt.Sprintf("whatif: there is no rule %q", id), Hint: "graphvcr whatif --help lists them"}
		}
	}
	return slices.DeleteFunc(all, func(r diff.Rule) bool {
		if len(o.Rules) == 0 {
			return !r.Free
		}
		return !slices.Contains(o.Rules, string(r.ID))
	}), nil
}

// ruleOf is the rule of a change that breaks the client.
func ruleOf(id diff.ID) report.Rule { return report.Rule("whatif." + id) }

// trial runs a client against changed copies of a cassette.
type trial struct {
	Options
	project  *project.Project
	original *cassette.Cassette
}

// An outcome is how a client fared.
type outcome struct {
	broken string // why, in a few words; "" when it was not
	said   string // the end of what it said
}

// asItIs sees that the client passes without any change.
func (w *trial) asItIs(ctx context.Context) error {
	was, err := w.against(ctx, w.original, nil)
	if err != nil {
		return err
	}
	if was.broken != "" {
		fmt.Fprint(w.Talk, was.said)
		return &fault.Error{Message: "whatif: without any change, " + was.broken, Hint: "fix that first: graphvcr exec --cassette " + w.original.Name + " -- COMMAND, or graphvcr replay"}
	}
	return nil
}

func (w *trial) try(ctx context.Context, rule *diff.Rule) (report.Case, error) {
	result := report.Case{Name: string(rule.ID) + ": " + rule.Doc, File: w.original.File}
	changed, what, err := rule.Mutate(w.original, judge.Violations(w.project.Answers))
	if err != nil {
		return result, err
	}
	if what == "" {
		return w.skipped(result, "the recording holds nothing that could change so"), nil
	}
	return w.judge(ctx, result, changed, nil, ruleOf(rule.ID), what)
}

// on tries a bad day of the service.
func (w *trial) on(ctx context.Context, day Fault) (report.Case, error) {
	result := report.Case{Name: day.ID() + ": " + day.Doc, File: w.original.File}
	if len(w.Args) == 0 {
		return w.skipped(result, "a fault needs a client: graphvcr whatif --cassette NAME -- COMMAND"), nil
	}
	happens, err := proxy.ParseFault(day.spec)
	if err != nil {
		return result, err
	}
	if !slices.ContainsFunc(w.original.Interactions, func(i *cassette.Interaction) bool {
		return happens.MayHappen(i.Request.Method, i.Response.Code, i.Response.Headers, i.Response.Body)
	}) {
		return w.skipped(result, "the recording holds no answer that this could change"), nil
	}
	return w.judge(ctx, result, w.original, proxy.Faults{happens}, day.rule, day.Doc)
}

func (w *trial) skipped(result report.Case, why string) report.Case {
	result.Status = report.Skipped
	result.Findings = []report.Finding{{Rule: ruleSkipped, Severity: report.Note, Place: report.Place{File: w.original.File}, Message: "not tried: " + why}}
	return result
}

// judge runs the client, and reports whether it broke.
func (w *trial) judge(ctx context.Context, result report.Case, changed *cassette.Cassette, faults proxy.Faults, rule report.Rule, what string) (report.Case, error) {
	fared, err := w.against(ctx, changed, faults)
	if err != nil || fared.broken == "" {
		return result, err
	}
	result.Findings = []report.Finding{{
		Rule: rule, Severity: report.Error, Place: report.Place{File: w.original.File},
		Message: "it breaks the client: " + fared.broken, Value: report.Value{Where: what}, Hint: fared.said,
	}}
	return result, nil
}

// against runs the client against a cassette in the place of the original, in a copy
// of the folder of cassettes.
func (w *trial) against(ctx context.Context, changed *cassette.Cassette, faults proxy.Faults) (outcome, error) {
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
	file := filepath.Join(dir, filepath.FromSlash(w.original.Name)+".yaml")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return outcome{}, err
	}
	if err := changed.Save(file, nil); err != nil {
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
	if len(w.Args) == 0 {
		return w.scenarios(ctx, p)
	}
	return w.command(ctx, p, faults)
}

// scenarios replays those that use the cassette.
func (w *trial) scenarios(ctx context.Context, p *project.Project) (outcome, error) {
	files := p.UsersOf(w.original.Name)
	if len(files) == 0 {
		return outcome{}, &fault.Error{Message: "whatif: no scenario uses the cassette " + w.original.Name, Hint: "name a client: graphvcr whatif --cassette NAME -- COMMAND"}
	}
	suite, err := replay.Run(ctx, p, replay.Selection{Paths: files})
	if err != nil {
		return outcome{}, err
	}
	if suite.ExitCode(report.Error) == 0 {
		return outcome{}, nil
	}
	var said bytes.Buffer
	if err := render.Suite(&said, "text", suite, render.Style{Quiet: true}); err != nil {
		return outcome{}, err
	}
	return outcome{broken: "its scenarios fail", said: said.String()}, nil
}

// command runs the client as under exec.
func (w *trial) command(ctx context.Context, p *project.Project, faults proxy.Faults) (outcome, error) {
	authority, err := ca.New()
	if err != nil {
		return outcome{}, err
	}
	up, err := upstream.Open(upstream.Options{})
	if err != nil {
		return outcome{}, err
	}
	var said tail
	status, result, err := program.Run(ctx, p, program.Options{
		Args: w.Args, In: strings.NewReader(""), Out: &said, Err: &said, Env: []string{"GRAPHVCR_CASSETTES=" + p.Dirs.Cassettes},
		Session: session.Options{Mode: session.Replay, Cassettes: []string{w.original.Name}},
		Faults:  faults, Authority: authority, Upstream: up, Hosts: p.Rules.Hosts.Set(),
	})
	if err != nil {
		return outcome{}, err
	}
	result.Findings = slices.DeleteFunc(result.Findings, func(f report.Finding) bool {
		return f.Rule == program.RuleNothing || f.Severity < report.Error // what is not asked for any more is the client's own affair
	})
	switch {
	case status != 0:
		return outcome{fmt.Sprintf("%s ends with exit status %d", w.Args[0], status), said.String()}, nil
	case len(result.Findings) > 0 && result.Findings[0].Rule == program.RuleHandshake:
		return outcome{result.Findings[0].Message, result.Findings[0].Hint}, nil
	case len(result.Findings) > 0:
		return outcome{"it requests what was never recorded: " + result.Findings[0].Sentence(), said.String()}, nil
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
