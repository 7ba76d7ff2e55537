package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/check"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

type checkFlags struct {
	report   reportFlags
	typ, api string
	metadata []string
	fake     liveFlags
}

func newCheck(std Streams, dirs *projectFlags) *cobra.Command {
	var opts checkFlags
	cmd := &cobra.Command{
		Use:   "check PATH... | check --base-url URL SCENARIO...",
		Short: "Find where fixtures, mocks, recordings and fakes differ from Graph",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: opts.report.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			remove, err := opts.judgeBy(t.project)
			if err != nil {
				return nil, err
			}
			defer remove()
			if opts.fake.baseURL != "" {
				return opts.checkFake(ctx, t)
			}
			t.brief = true // a line for every file that is Graph would hide the others
			result, err := check.Run(ctx, t.project, t.args, check.Options{Type: opts.typ, API: opts.api})
			if err != nil {
				return nil, err
			}
			return result.Suite, nil
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.typ, "type", "", "full name of the `type` of answers that do not say theirs, or Collection(...) of a page")
	flags.StringVar(&opts.api, "api", "v1.0", "the `API` of answers that do not say theirs: v1.0 or beta")
	flags.StringArrayVar(&opts.metadata, "csdl", nil, "judge by a `[API=]FILE` of metadata (CSDL 4.0, XML); repeatable")
	opts.fake.register(flags)
	opts.fake.auth, flags.Lookup("auth").DefValue = "none", "none"
	flags.Lookup("base-url").Usage = "`URL` of a fake to run scenarios against; one on this machine is written to without --allow-writes"
	opts.report.register(flags)
	opts.report.failOn, flags.Lookup("fail-on").DefValue = "warning", "warning"
	return cmd
}

func (f *checkFlags) checkFake(ctx context.Context, t *task) (*report.Suite, error) {
	p, suite := t.project, &report.Suite{Command: "check", FailOn: report.Warning}
	scenarios, service, err := f.fake.ready(t, suite)
	if err != nil {
		return nil, err
	}
	if !wire.IsLoopback(service.base.Hostname()) && mustReplay() {
		return nil, &fault.Error{Message: "check: CI=true: tests in CI ask nobody but fakes on their own machine", Hint: "set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to"}
	}
	for _, sc := range scenarios {
		result, err := f.fake.run(ctx, t, service, sc, func(live record.Live) (report.Case, error) {
			fake := check.FakeAt{URL: service.base, Carrier: live.Carrier, Diff: diff.Options{Severities: p.Rules.Diff.Severity, Off: p.Rules.Diff.Off, Judge: judge.Violations(p.Answers)}}
			return fake.Scenario(ctx, p, sc)
		})
		if err != nil {
			result = project.CouldNotRun(sc.Name, sc.File, ruleCheckFailed, err)
		}
		suite.Cases = append(suite.Cases, result)
	}
	return suite, nil
}

// judgeBy has the project judge by the metadata that the flags name, if they do.
func (f *checkFlags) judgeBy(p *project.Project) (remove func(), err error) {
	files := map[string]string{}
	for _, named := range f.metadata {
		api, file, ok := strings.Cut(named, "=")
		if !ok || api != "v1.0" && api != "beta" {
			api, file = f.api, named
		}
		if files[api] != "" {
			return nil, &fault.Error{Message: fmt.Sprintf("check: --csdl %s: there is %s for %s already", file, files[api], api), Hint: "--csdl beta=FILE is for beta"}
		}
		files[api] = file
	}
	if len(files) == 0 {
		return func() {}, nil
	}
	return check.ByMetadata(p, files)
}
