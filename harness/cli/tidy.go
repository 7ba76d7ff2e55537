package cli

import (
	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newTidy(std streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "tidy [PATH]...",
		Short: "Remove interactions that no replay needs",
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.run(std, dirs, func(p *project.Project, _ *reporting) (*report.Suite, error) {
				if len(args) == 0 {
					args = []string{p.Dirs.Cassettes}
				}
				files, err := p.CassetteFiles(args...)
				if len(files) == 0 {
					return nil, err
				}
				missing := project.NotFound(pathRule("tidy"), err)
				suite, err := clean.Tidy(cmd.Context(), p, files, dry)
				if err == nil {
					suite.Cases = append(missing, suite.Cases...)
				}
				return suite, err
			})
		},
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "only show what would be removed")
	opts.register(cmd.Flags())
	return cmd
}
