package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/lint"
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
			scenarios := addPermissions(t.project, suite)
			if permissions {
				result := permissionSuite(t.project.Dirs.Scenarios, suite, scenarios)
				return result, byPermissionsFile(t.project, t.args, result)
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
