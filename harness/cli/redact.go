package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newRedact(std Streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "redact PATH...",
		Short: "Replace secrets and personal data in cassettes",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			files, err := t.project.CassetteFiles(t.args...)
			if len(files) == 0 {
				return nil, err
			}
			suite := &report.Suite{Command: "redact", Cases: project.NotFound(pathRule("redact"), err)}
			suite.Cases = append(suite.Cases, project.Each(ruleRedactFailed, files, func(file string) (report.Case, error) {
				return clean.Redact(t.project, file, dry)
			})...)
			return suite, nil
		}),
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "only show what would be replaced")
	opts.register(cmd.Flags())
	return cmd
}
