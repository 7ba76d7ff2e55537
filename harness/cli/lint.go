package cli

import (
	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/lint"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newLint(std streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var permissions, redaction bool
	cmd := &cobra.Command{
		Use:   "lint [PATH]...",
		Short: "Check scenarios, cassettes and schemas before anything runs",
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.run(std, dirs, func(p *project.Project, out *reporting) (*report.Suite, error) {
				if redaction {
					return lint.Redaction(cmd.Context(), p, args)
				}
				suite, err := lint.Run(cmd.Context(), p, args)
				if err != nil {
					return nil, err
				}
				scenarios := addPermissions(p, suite)
				if permissions {
					result := permissionSuite(p.Dirs.Scenarios, suite, scenarios)
					return result, byPermissionsFile(p, args, result)
				}
				out.quiet = true // a line for every file in order would hide the others
				return suite, nil
			})
		},
	}
	cmd.Flags().BoolVar(&permissions, "permissions", false, "report only the least privileged permissions that scenarios and recorded requests need, and what is wrong with those that were recorded")
	cmd.Flags().BoolVar(&redaction, "redaction", false, "report only what the cassettes say about the values that were replaced in them")
	cmd.MarkFlagsMutuallyExclusive("permissions", "redaction")
	opts.register(cmd.Flags())
	return cmd
}
