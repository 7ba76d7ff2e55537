package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// reportFlags say how a suite is reported.
type reportFlags struct {
	reports []string
	failOn  string
	quiet   bool
}

func (f *reportFlags) register(flags *pflag.FlagSet) {
	kinds := strings.Join(render.Kinds(), ", ")
	flags.StringArrayVar(&f.reports, "report", nil, "write a report as `KIND[=FILE]` ("+kinds+"), without FILE to stdout and nothing else there; repeatable (default text)")
	flags.StringVar(&f.failOn, "fail-on", "error", "lowest `severity` that fails: error, warning or note (a note never fails a run, so note is the same as warning)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only what failed or is worth a warning, and the summary")
}

// A task is one run of a command on a project, of which a suite is reported.
type task struct {
	*reporting
	project *project.Project
	args    []string
}

// on makes what a command runs: its work on the project, and the report of that.
func (f *reportFlags) on(std Streams, dirs *projectFlags, work func(context.Context, *task) (*report.Suite, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		out, err := f.parse(std)
		if err != nil {
			return err
		}
		p, err := dirs.open()
		if err != nil {
			return err
		}
		suite, err := work(cmd.Context(), &task{out, p, args})
		if err != nil {
			return err
		}
		return out.finish(suite)
	}
}

// reporting is what reportFlags ask for, understood.
type reporting struct {
	std     Streams
	targets []target
	failOn  report.Severity
	quiet   bool
	brief   bool // cases with nothing to report are left out of a text
}

// target is one report; file "" is stdout.
type target struct{ kind, file string }

func (r *reporting) has(kind string) bool {
	return slices.ContainsFunc(r.targets, func(t target) bool { return t.kind == kind })
}

func (f *reportFlags) parse(std Streams) (*reporting, error) {
	r := &reporting{std: std, quiet: f.quiet}
	if err := r.failOn.UnmarshalText([]byte(f.failOn)); err != nil {
		return nil, &fault.Error{Message: "--fail-on", Cause: err}
	}
	r.failOn = max(r.failOn, report.Warning)
	seen := map[string]bool{}
	for _, value := range f.reports {
		kind, file, hasFile := strings.Cut(value, "=")
		t := target{kind, file}
		switch {
		case !slices.Contains(render.Kinds(), t.kind):
			return nil, &fault.Error{
				Message: fmt.Sprintf("--report %s: unknown kind %q", value, t.kind),
				Hint:    "the kinds are " + strings.Join(render.Kinds(), ", "),
			}
		case hasFile && t.file == "":
			return nil, &fault.Error{Message: fmt.Sprintf("--report %s: no file given", value), Hint: "write --report " + t.kind + "=FILE, or leave out the = to print it"}
		case seen[t.file]:
			return nil, &fault.Error{
				Message: fmt.Sprintf("--report %s: %s has another report already", value, cmp.Or(t.file, "stdout")),
				Hint:    "give all but one of them a FILE",
			}
		}
		seen[t.file] = true
		r.targets = append(r.targets, t)
	}
	if !seen[""] {
		r.targets = append(r.targets, target{kind: "text"})
	}
	return r, nil
}

// finish writes the reports, says on stderr what could not be run, and returns
// the suite's exit status as an error.
func (r *reporting) finish(s *report.Suite) error {
	s.FailOn = r.failOn
	s.Finish()
	s.About = append(s.About, "graphvcr "+currentVersion())
	var errs []error
	for _, t := range r.targets {
		errs = append(errs, r.write(t, s))
	}
	errs = append(errs, r.annotate(s))
	r.printErrors(s)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if code := s.ExitCode(r.failOn); code != statusClean {
		return statusError(code)
	}
	return nil
}

func (r *reporting) write(t target, s *report.Suite) error {
	style := render.Style{Quiet: r.quiet, Brief: r.brief}
	if t.file == "" {
		style.Color, style.Width = r.colored(), widthOf(r.std.Out)
		return render.Suite(r.std.Out, t.kind, s, style)
	}
	var text bytes.Buffer
	if err := render.Suite(&text, t.kind, s, style); err != nil {
		return err
	}
	if err := replaceFile(t.file, text.Bytes()); err != nil {
		return &fault.Error{Message: "write the " + t.kind + " report " + t.file, Cause: fault.Reason(err)}
	}
	return nil
}

// colored reports whether stdout takes colours: a terminal does, and what FORCE_COLOR says.
func (r *reporting) colored() bool {
	isWanted := os.Getenv("NO_COLOR") == "" && (os.Getenv("TERM") != "dumb" || forcesColor()) // https://no-color.org
	return isWanted && (isTerminal(r.std.Out) || forcesColor())
}

// annotate writes GitHub's annotations to stderr in a workflow of GitHub's, unless a report
// of that kind was asked for.
func (r *reporting) annotate(s *report.Suite) error {
	if os.Getenv("GITHUB_ACTIONS") != "true" || r.has("github") {
		return nil
	}
	w := r.std.Err
	if w == io.Discard { // exec's stdout is its command's, and its report goes to stderr
		w = r.std.Out
	}
	return render.Suite(w, "github", s, render.Style{Quiet: true})
}

// printErrors repeats on stderr, where scripts look for it, why cases could not be
// run. A person who has just read it in the report is spared that.
func (r *reporting) printErrors(s *report.Suite) {
	if isTerminal(r.std.Out) && isTerminal(r.std.Err) && slices.Contains(r.targets, target{kind: "text"}) {
		return
	}
	var errs []error
	for i := range s.Cases {
		c := &s.Cases[i]
		if c.Status != report.Errored {
			continue
		}
		for j := range c.Findings {
			if f := &c.Findings[j]; f.Severity == report.Error {
				message := f.Sentence()
				if place := cmp.Or(f.Place.String(), c.File); place != "" {
					message = place + ": " + message
				}
				errs = append(errs, &fault.Error{Message: message, Hint: f.Hint})
			}
		}
	}
	printError(r.std.Err, errors.Join(errs...))
}

// replaceFile writes a file whole or not at all: beside its place first, then by
// rename. What is no regular file (a pipe, /dev/stderr) is written to.
func replaceFile(name string, text []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(name, text, 0o644)
	}
	return wire.Replace(name, 0o644, wire.Whole(text))
}

// isTerminal reports whether w is a character device, which a terminal is and a
// pipe or a file is not; nor is the null device one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// forcesColor honours https://force-color.org.
func forcesColor() bool { return os.Getenv("FORCE_COLOR") != "" && os.Getenv("FORCE_COLOR") != "0" }

// widthOf is how many columns a terminal has, 0 where it is none or does not say. COLUMNS,
// where it is exported, says it for any output.
func widthOf(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

func newReport(std Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Put reports of several runs together",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReportMerge(std))
	return cmd
}

func newReportMerge(std Streams) *cobra.Command {
	var opts reportFlags
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Make one report of the JSON reports of all shards",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			out, err := opts.parse(std)
			if err != nil {
				return err
			}
			suite, err := merged(files)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("fail-on") {
				out.failOn = suite.FailOn
			}
			return out.finish(suite)
		},
	}
	opts.register(cmd.Flags())
	failOn := cmd.Flags().Lookup("fail-on")
	failOn.Usage, failOn.DefValue = failOn.Usage+"; default: the shards'", ""
	return cmd
}

func merged(files []string) (*report.Suite, error) {
	var sources []render.Source
	for _, name := range files {
		file, err := plainfile.Open(name)
		if err != nil {
			return nil, fault.In("read", name, 0, fault.Reason(err).Error(), "name the files that --report json=FILE wrote")
		}
		suite, err := render.Read(file)
		file.Close()
		if err != nil {
			return nil, &fault.Error{Message: fmt.Sprintf("read %s", name), Cause: err, Hint: "it has to be what --report json=FILE wrote"}
		}
		sources = append(sources, render.Source{Name: name, Suite: suite})
	}
	suite, err := render.Merge(sources)
	if err != nil {
		return nil, &fault.Error{Message: "report merge", Cause: err}
	}
	return suite, nil
}
