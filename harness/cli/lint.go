package cli

import (
	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/lint"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

const lintLong = `Lint checks files before anything runs: scenarios, cassettes and schemas that do
not load, scenarios without a cassette, unknown schema names, scenarios that share
a name, cassettes that no scenario uses, and interactions that a replay never
requests.

It reports what a cassette, also one of stock go-vcr or vcrpy, would leak if it were
published: secrets are errors, people and content warnings. It does the same for
scenarios (what their authors wrote as content aside) and for the names of files;
variables and addresses below .example are placeholders there. Values are never shown.

Where a cassette says which permissions its recorded token held, lint reports the steps
that none of them is enough for, and those that are more than the steps need.

A fault in a file is a finding; one that is empty or cannot be read ends in status 2, once
the others are checked. Nothing is changed.

--permissions reports what the scenarios need by what their steps list, and, where the project has
Microsoft's permissions file (graphvcr permissions fetch), what every recorded request takes by
that: least privileged first, delegated, application and personal; what the recorded token
held beyond; and what a step says against it.

--redaction reports what the cassettes say about each value that was replaced, to anyone
who has the salt: a name with a tag can be confirmed to 20 bits, an id only by those who know it.

A PATH is a file or a folder; without any, the whole project is checked.
`

func newLint(std streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var permissions, redaction bool
	cmd := &cobra.Command{
		Use:     "lint [PATH]...",
		Short:   "Check scenarios, cassettes and schemas before anything runs",
		Long:    lintLong,
		Example: "  graphvcr lint\n  graphvcr lint cassettes/teams/chat.yaml\n  graphvcr lint scenarios --fail-on warning --report json\n  graphvcr lint --permissions\n  graphvcr lint --redaction",
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
