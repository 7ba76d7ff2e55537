package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newReview(std Streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	cmd := &cobra.Command{
		Use:   "review [NAME]...",
		Short: "Take or refuse the changes that drift found, one by one",
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task, options drift.Options) (*report.Suite, error) {
			return (&reviewing{task: t, options: options, in: bufio.NewReader(std.In)}).run(ctx)
		}),
	}
	opts.register(cmd.Flags())
	return cmd
}

// reviewing is one run of the command.
type reviewing struct {
	*task
	options drift.Options
	in      *bufio.Reader
	over    bool // nobody answers any more
}

func (r *reviewing) run(ctx context.Context) (*report.Suite, error) {
	asides, err := record.Asides(r.project, r.args...)
	if err != nil {
		return nil, err
	}
	if len(asides) == 0 {
		return nil, &fault.Error{
			Message: "review: no recording with changes in " + r.project.Dirs.Cassettes + "/.drift" + namedOnly(r.args),
			Hint:    "graphvcr drift SCENARIO... makes them",
		}
	}
	suite := &report.Suite{Command: "review"}
	for _, a := range asides {
		result, err := r.recording(ctx, a)
		if err != nil {
			result = project.CouldNotRun(a.Name, a.Cassette, ruleReviewFailed, err)
		}
		suite.Cases = append(suite.Cases, result)
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
	accepted, known, refused []report.Finding
	reasons                  []string // of those that are known
}

// recording asks about one recording and does what was decided. The case holds what was
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
	result := drift.Case(a.Name, old, new, r.options)
	result.File = a.Cassette
	if result.Status == report.Errored {
		return result, nil
	}
	said := r.ask(a, result.Findings)
	result.Findings = said.refused
	if err := r.accept(result, said); err != nil {
		return result, err
	}
	switch {
	case len(said.accepted) == 0 && len(said.refused) == 0:
		return result, a.Discard()
	case len(said.accepted) == 0:
		return result, nil
	case len(said.refused)+len(said.known) == 0:
		fmt.Fprintf(r.std.Err, "graphvcr: %s: the new recording is the cassette now\n", a.Name)
		return a.Promote(ctx, result)
	}
	return r.merge(ctx, a, old, new, result, said)
}

func (r *reviewing) merge(ctx context.Context, a *record.Aside, old, new *cassette.Cassette, result report.Case, said decisions) (report.Case, error) {
	accepted := fingerprints(said.accepted)
	merged, left, err := drift.Merge(old, new, r.options, accepted, fingerprints(said.known))
	if err != nil {
		return result, err
	}
	for _, f := range said.accepted {
		if slices.Contains(left, f.Fingerprint) {
			f.Hint = "it stands in one answer with a change that was refused, so the cassette keeps the recorded answer"
			result.Findings = append(result.Findings, f)
		}
	}
	if len(left) == len(accepted) {
		return result, nil
	}
	fmt.Fprintf(r.std.Err, "graphvcr: %s: took %s\n", a.Name, fault.Count(len(accepted)-len(left), "change"))
	result, err = a.Rewrite(ctx, merged, result)
	if err == nil && len(result.Findings) == 0 {
		err = a.Discard()
	}
	return result, err
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

func (r *reviewing) accept(result report.Case, said decisions) error {
	for n, f := range said.known {
		result.Findings = []report.Finding{f}
		one := &report.Suite{Cases: []report.Case{result}}
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
		answer, reason := "", ""
		if !r.over {
			fmt.Fprintf(r.std.Err, "\n%s, change %d of %d (%s)\n  %s\n", a.Name, n+1, len(findings), f.Severity, block(f.Sentence()))
			if f.Want+f.Got != "" {
				fmt.Fprintf(r.std.Err, "  was %s, is %s\n", visible.Text(f.Want), visible.Text(f.Got))
			}
			answer = r.answer("Take it, refuse it, known, quit? [t/r/k/q] ", "trkq")
		}
		if answer == "k" {
			reason = r.line("Why may it stay? ")
		}
		switch {
		case answer == "t":
			said.accepted = append(said.accepted, f)
		case reason != "":
			said.known, said.reasons = append(said.known, f), append(said.reasons, reason)
		default:
			r.over = r.over || answer == "q"
			said.refused = append(said.refused, f)
		}
	}
	return said
}

// answer asks until a line begins with one of the letters; "" means that nobody answers any more.
func (r *reviewing) answer(question, letters string) string {
	for {
		line := strings.ToLower(r.line(question))
		if line != "" && strings.Contains(letters, line[:1]) {
			return line[:1]
		}
		if r.over {
			return ""
		}
	}
}

// line reads a line; where there is none, it is over.
func (r *reviewing) line(question string) string {
	fmt.Fprint(r.std.Err, question)
	text, err := r.in.ReadString('\n')
	if err != nil {
		r.over = true
		fmt.Fprintln(r.std.Err)
		if !errors.Is(err, io.EOF) {
			return ""
		}
	}
	return strings.TrimSpace(text)
}
