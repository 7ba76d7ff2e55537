package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/lint"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newLint(std Streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var permissions, redaction bool
	cmd := &cobra.Command{
		Use:   "lint [PATH]...",
		Short: "Check scenarios, cassettes and schemas before anything runs",
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			if redaction {
				return lint.Redaction(ctx, t.project, t.args)
			}
			suite, err := lint.Run(ctx, t.project, t.args)
			if err != nil {
				return nil, err
			}
			addPermissions(t.project, suite)
			if permissions {
				return lint.Permissions(t.project, t.args, suite)
			}
			t.quiet = true // a line for every file in order would hide the others
			return suite, nil
		}),
	}
	cmd.Flags().BoolVar(&permissions, "permissions", false, "report only the least privileged permissions that scenarios and recorded requests need, and what is wrong with those that were recorded")
	cmd.Flags().BoolVar(&redaction, "redaction", false, "report only what the cassettes say about the values that were replaced in them")
	cmd.MarkFlagsMutuallyExclusive("permissions", "redaction")
	opts.register(cmd.Flags())
	return cmd
}

// addPermissions adds to the cases of scenarios what the tokens that their cassettes were recorded
// with lack and hold beyond the least privileged: those of the default identity, or of the only one.
// What does not load has been reported.
func addPermissions(p *project.Project, suite *report.Suite) {
	for i := range suite.Cases {
		c := &suite.Cases[i]
		if !lint.IsScenario(p, c.File) || slices.ContainsFunc(c.Findings, func(f report.Finding) bool { return f.Rule == project.RuleScenarioLoad }) {
			continue
		}
		sc, err := p.Scenario(c.File)
		if err != nil {
			continue
		}
		recorded, err := p.Cassette(sc.Cassette)
		if err != nil || recorded.Meta.Auth == nil {
			continue
		}
		steps := sc.AllSteps()
		var identities []string
		for _, step := range steps {
			identities = append(identities, step.As)
		}
		slices.Sort(identities)
		if identities = slices.Compact(identities); len(identities) == 0 || len(identities) > 1 && identities[0] != "" {
			continue
		}
		kept := recorded.Meta.Auth
		claims := auth.Claims{Kind: auth.TokenKind(kept.Kind), Scopes: kept.Scopes, Roles: kept.Roles}
		for _, f := range auth.Check(sc.File, steps, map[string]auth.Claims{identities[0]: claims}) {
			f.Cassette = report.Place{File: recorded.File}
			c.Findings = append(c.Findings, f)
		}
	}
}
