package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newDrift(std Streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	var live liveFlags
	accept := false
	cmd := &cobra.Command{
		Use:   "drift SCENARIO...",
		Short: "Run scenarios live and report what changed in the API",
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task, options drift.Options) (*report.Suite, error) {
			return (&drifting{task: t, live: &live, accept: accept, options: options}).run(ctx)
		}),
	}
	flags := cmd.Flags()
	live.register(flags)
	flags.BoolVar(&accept, "accept", false, "make the new recordings the cassettes")
	opts.register(flags)
	return cmd
}

// drifting is one run of the command.
type drifting struct {
	*task   // whose recordings are kept where a change fails it
	live    *liveFlags
	accept  bool
	options drift.Options
}

func (d *drifting) run(ctx context.Context) (*report.Suite, error) {
	switch {
	case len(d.args) == 0:
		return nil, &fault.Error{Message: "drift: name at least one scenario", Hint: "graphvcr drift SCENARIO...; scenarios stands for all of them"}
	case mustReplay():
		return nil, &fault.Error{Message: "drift: CI=true: tests in CI replay, they do not run live", Hint: "set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to look for drift"}
	}
	suite := &report.Suite{Command: "drift"}
	scenarios, service, err := d.live.ready(d.task, suite)
	if err != nil {
		return nil, err
	}
	for _, sc := range scenarios {
		result, err := d.scenario(ctx, service, sc)
		if err != nil {
			result = project.CouldNotRun(sc.Name, sc.File, ruleDriftFailed, err)
		}
		suite.Cases = append(suite.Cases, result)
		if ctx.Err() != nil {
			break
		}
	}
	return suite, nil
}

func (d *drifting) scenario(ctx context.Context, s *service, sc *scenario.Scenario) (report.Case, error) {
	old, err := d.project.Cassette(sc.Cassette)
	if errors.Is(err, fs.ErrNotExist) {
		return report.Case{}, &fault.Error{Message: "there is no cassette to compare with: " + sc.Cassette, Hint: "graphvcr record " + sc.File + " makes the first one"}
	}
	if err != nil {
		return report.Case{}, err
	}
	if old.Meta.Origin == cassette.Docs {
		return report.Case{}, &fault.Error{Message: "the cassette " + sc.Cassette + " was made of documentation, not recorded from a service", Hint: "graphvcr record " + sc.File + " records the service"}
	}
	var aside *record.Aside
	began := time.Now()
	ran, err := d.live.run(ctx, d.task, s, sc, func(live record.Live) (result report.Case, err error) {
		result, aside, err = record.ScenarioAside(ctx, d.project, sc, live)
		return result, err
	})
	if err != nil {
		return report.Case{}, err
	}
	ran.Duration = time.Since(began)
	if aside == nil {
		ran.Status = report.Errored
		ran.Findings = append(ran.Findings, report.Finding{
			Rule: ruleDriftRun, Severity: report.Error, Place: report.Place{File: sc.File},
			Message: "nothing was exchanged with the service, so nothing was compared",
		})
		return ran, nil
	}
	return d.compare(ctx, sc, old, aside, ran)
}

// compare reports what a recording changed, and keeps the recording where that matters.
func (d *drifting) compare(ctx context.Context, sc *scenario.Scenario, old *cassette.Cassette, aside *record.Aside, ran report.Case) (report.Case, error) {
	new, err := cassette.Load(aside.File)
	if err != nil {
		return report.Case{}, err
	}
	result, matters := d.changes(sc, old, new)
	if !aside.Passed && matters {
		if new, err = d.completed(old, new, aside, result); err != nil {
			return report.Case{}, err
		}
		result, matters = d.changes(sc, old, new)
	}
	result.Duration, result.Steps = ran.Duration, ran.Steps
	if !aside.Passed {
		result.Findings = append(result.Findings, ran.Findings...)
		result.Findings = append(result.Findings, report.Finding{
			Rule: ruleDriftRun, Severity: report.Note, Place: report.Place{File: sc.File},
			Message: "the scenario does not pass; what it exchanged was compared all the same",
			Hint:    "adapt the scenario if the service is meant to behave like this now",
		})
	}
	switch {
	case result.Status == report.Errored:
		return result, aside.Discard()
	case d.accept && aside.Passed:
		fmt.Fprintf(d.std.Err, "graphvcr: %s: the new recording is the cassette now\n", sc.File)
		result.Findings = nil
		return aside.Promote(ctx, result)
	case !matters:
		return result, aside.Discard()
	}
	return result, nil
}

// changes reports what changed, and whether that is worth keeping the recording for.
func (d *drifting) changes(sc *scenario.Scenario, old, new *cassette.Cassette) (result report.Case, matters bool) {
	result = drift.Case(sc.Cassette, old, new, d.options)
	result.Name, result.File = sc.Name, sc.File
	result.Commands = []report.Command{{What: "Run it again", Line: "graphvcr drift " + sc.File}, {What: "Take the new behaviour", Line: "graphvcr drift " + sc.File + " --accept"}}
	for i := range result.Findings {
		f := &result.Findings[i]
		matters = matters || f.Severity >= d.failOn
		if f.Place.File == "" { // what is new stands in no file of the checkout
			f.Place.File = old.File
		}
	}
	return result, matters && result.Status != report.Errored
}

// completed is the recording of a run that ended early, with what the cassette has of the
// rest, so that whoever takes it loses nothing. Where the changes cannot be put into the
// cassette, the recording stays as it is.
func (d *drifting) completed(old, new *cassette.Cassette, aside *record.Aside, result report.Case) (*cassette.Cassette, error) {
	merged, left, err := drift.Merge(old, new, d.options, fingerprints(result.Findings), nil)
	if err != nil || len(left) > 0 {
		return new, nil
	}
	if err := aside.Complete(merged); err != nil {
		return nil, err
	}
	return cassette.Load(aside.File)
}
