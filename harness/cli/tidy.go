package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newTidy(std Streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "tidy [PATH]...",
		Short: "Remove interactions that no replay needs",
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			if len(t.args) == 0 {
				t.args = []string{t.project.Dirs.Cassettes}
			}
			files, err := t.project.CassetteFiles(t.args...)
			if len(files) == 0 {
				return nil, err
			}
			missing := project.NotFound(pathRule("tidy"), err)
			suite, err := clean.Tidy(ctx, t.project, files, dry)
			if err == nil {
				suite.Cases = append(missing, suite.Cases...)
			}
			return suite, err
		}),
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "only show what would be removed")
	opts.register(cmd.Flags())
	return cmd
}
