package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/report"
)

const reviewLong = `Review goes through the changes that graphvcr drift found, one by one, and asks what is
to become of each:

  t  take it        the cassette shows the new behaviour
  r  refuse it      the cassette stays, and drift reports the change again
  k  known          the cassette stays, and the change is listed in drift-accept.yaml with
                    your reason, so that drift no longer reports it
  q  quit           what was decided so far counts

A response with one change that is taken and one that is refused stays as it was recorded.
A cassette that changed is replayed to see that its scenarios still pass. The exit status
is 1 while changes are refused.

The recordings are those in cassettes/.drift; NAME is a cassette's name.
`

func newReview(std streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	cmd := &cobra.Command{
		Use:     "review [NAME]...",
		Short:   "Take or refuse the changes that drift found, one by one",
		Long:    reviewLong,
		Example: "  graphvcr drift scenarios --auth azure-cli\n  graphvcr review\n  graphvcr review users/list",
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.tell(std, dirs, func(p *project.Project, out *reporting) (*report.Suite, error) {
				options, err := opts.options(p, out)
				if err != nil {
					return nil, err
				}
				r := reviewing{std: std, options: options, in: bufio.NewReader(std.in)}
				return r.run(cmd.Context(), p, args)
			})
		},
	}
	opts.registerComparison(cmd.Flags())
	return cmd
}

// reviewing is one run of the command.
type reviewing struct {
	std     streams
	options drift.Options
	in      *bufio.Reader
	over    bool // nobody answers any more
}

func (r *reviewing) run(ctx context.Context, p *project.Project, names []string) (*report.Suite, error) {
	asides, err := record.Asides(p, names...)
	if err != nil {
		return nil, err
	}
	if len(asides) == 0 {
		return nil, &fault.Error{
			Message: "review: no recording with changes in " + p.Dirs.Cassettes + "/.drift" + namedOnly(names),
			Hint:    "graphvcr drift SCENARIO... makes them",
		}
	}
	suite := &report.Suite{Command: "review"}
	for _, a := range asides {
		told, err := r.recording(ctx, a)
		if err != nil {
			told = project.CouldNotRun(a.Name, a.Cassette, ruleReviewFailed, err)
		}
		suite.Cases = append(suite.Cases, told)
	}
	return suite, nil
}

func namedOnly(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " of " + strings.Join(names, ", ")
}

// decisions are what was said of the changes of one recording.
type decisions struct {
	taken, known, refused []report.Finding
	reasons               []string // of those that are known
}

// recording asks about one recording and does what was decided. The case tells what was
// refused, and what does not replay.
func (r *reviewing) recording(ctx context.Context, a *record.Aside) (report.Case, error) {
	old, err := cassette.Load(a.Cassette)
	if err != nil {
		return report.Case{}, err
	}
	new, err := cassette.Load(a.File)
	if err != nil {
		return report.Case{}, err
	}
	told := drift.Case(a.Name, old, new, r.options)
	told.File = a.Cassette
	if told.Status == report.Errored {
		return told, nil
	}
	said := r.ask(a, told.Findings)
	told.Findings = said.refused
	if err := r.accept(told, said); err != nil {
		return told, err
	}
	switch {
	case len(said.taken) == 0 && len(said.refused) == 0:
		return told, a.Discard()
	case len(said.taken) == 0:
		return told, nil
	case len(said.refused)+len(said.known) == 0:
		fmt.Fprintf(r.std.err, "graphvcr: %s: the new recording is the cassette now\n", a.Name)
		return a.Promote(ctx, told)
	}
	return r.merge(ctx, a, old, new, told, said)
}

// merge takes some of a recording's changes.
func (r *reviewing) merge(ctx context.Context, a *record.Aside, old, new *cassette.Cassette, told report.Case, said decisions) (report.Case, error) {
	taken := fingerprints(said.taken)
	merged, left, err := drift.Merge(old, new, r.options, taken, fingerprints(said.known))
	if err != nil {
		return told, err
	}
	for _, f := range said.taken {
		for _, fingerprint := range left {
			if f.Fingerprint == fingerprint {
				f.Hint = "it stands in one answer with a change that was refused, so the cassette keeps the recorded answer"
				told.Findings = append(told.Findings, f)
			}
		}
	}
	if len(left) == len(taken) {
		return told, nil
	}
	fmt.Fprintf(r.std.err, "graphvcr: %s: took %s\n", a.Name, counted(len(taken)-len(left), "change"))
	told, err = a.Rewrite(ctx, merged, told)
	if err == nil && len(told.Findings) == 0 {
		err = a.Discard()
	}
	return told, err
}

// fingerprints are those of the findings that are changes.
func fingerprints(findings []report.Finding) []string {
	var all []string
	for _, f := range findings {
		if f.Fingerprint != "" {
			all = append(all, f.Fingerprint)
		}
	}
	return all
}

// accept writes down the changes that are known.
func (r *reviewing) accept(told report.Case, said decisions) error {
	for n, f := range said.known {
		told.Findings = []report.Finding{f}
		one := &report.Suite{Cases: []report.Case{told}}
		if _, err := r.options.Accepted.Accept(one, said.reasons[n], time.Time{}, r.options.Now); err != nil {
			return err
		}
	}
	return nil
}

// ask shows each change and reads what is to become of it. What nobody answers is refused.
func (r *reviewing) ask(a *record.Aside, findings []report.Finding) decisions {
	var said decisions
	for n, f := range findings {
		if f.Fingerprint == "" { // an acceptance that has ended: its change is asked about
			continue
		}
		if r.over {
			said.refused = append(said.refused, f)
			continue
		}
		fmt.Fprintf(r.std.err, "\n%s, change %d of %d (%s)\n  %s\n", a.Name, n+1, len(findings), f.Severity, block(f.Sentence()))
		if f.Want+f.Got != "" {
			fmt.Fprintf(r.std.err, "  was %s, is %s\n", report.Visible(f.Want), report.Visible(f.Got))
		}
		switch r.answer("Take it, refuse it, known, quit? [t/r/k/q] ", "t", "r", "k", "q") {
		case "t":
			said.taken = append(said.taken, f)
		case "k":
			if reason := r.line("Why may it stay? "); reason != "" {
				said.known, said.reasons = append(said.known, f), append(said.reasons, reason)
				continue
			}
			said.refused = append(said.refused, f)
		case "q", "":
			r.over = true
			said.refused = append(said.refused, f)
		default:
			said.refused = append(said.refused, f)
		}
	}
	return said
}

// answer asks until one of the words is given; "" means that nobody answers any more.
func (r *reviewing) answer(question string, words ...string) string {
	for {
		line := strings.ToLower(r.line(question))
		for _, word := range words {
			if line != "" && strings.HasPrefix(line, word) {
				return word
			}
		}
		if r.over {
			return ""
		}
	}
}

// line reads a line; where there is none, it is over.
func (r *reviewing) line(question string) string {
	fmt.Fprint(r.std.err, question)
	text, err := r.in.ReadString('\n')
	if err != nil {
		r.over = true
		fmt.Fprintln(r.std.err)
		if !errors.Is(err, io.EOF) {
			return ""
		}
	}
	return strings.TrimSpace(text)
}
