package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newRedact(std Streams, dirs *projectFlags) *cobra.Command {
	return newCleaning(std, dirs, &cobra.Command{
		Use:   "redact PATH...",
		Short: "Replace secrets and personal data in cassettes",
		Args:  arguments(cobra.MinimumNArgs(1)),
	}, "replaced", func(_ context.Context, p *project.Project, files []string, dry bool) (*report.Suite, error) {
		return &report.Suite{Command: "redact", Cases: project.Each(ruleRedactFailed, files, func(file string) (report.Case, error) {
			return clean.Redact(p, file, dry)
		})}, nil
	})
}

func newTidy(std Streams, dirs *projectFlags) *cobra.Command {
	return newCleaning(std, dirs, &cobra.Command{
		Use:   "tidy [PATH]...",
		Short: "Remove interactions that no replay needs",
	}, "removed", clean.Tidy)
}

// newCleaning completes a command that rewrites cassettes: those named, or all of the project.
// Paths at which there is nothing are cases before those of the files.
func newCleaning(std Streams, dirs *projectFlags, cmd *cobra.Command, what string,
	work func(ctx context.Context, p *project.Project, files []string, dry bool) (*report.Suite, error),
) *cobra.Command {
	var opts reportFlags
	var dry bool
	name := cmd.Name()
	cmd.RunE = opts.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
		if len(t.args) == 0 {
			t.args = []string{t.project.Dirs.Cassettes}
		}
		files, err := t.project.CassetteFiles(t.args...)
		if len(files) == 0 {
			return nil, err
		}
		missing := project.NotFound(pathRule(name), err)
		suite, err := work(ctx, t.project, files, dry)
		if err == nil {
			suite.Cases = append(missing, suite.Cases...)
		}
		return suite, err
	})
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "only show what would be "+what)
	opts.register(cmd.Flags())
	return cmd
}
