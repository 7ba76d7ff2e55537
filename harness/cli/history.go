package cli

import (
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newHistory(std Streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	cmd := &cobra.Command{
		Use:   "history CASSETTE|SCENARIO | --csdl PATH",
		Short: "Show when the API changed, from the git log of a file",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: opts.on(std, dirs, func(ctx context.Context, t *task, options drift.Options) (*report.Suite, error) {
			if opts.metadata.csdl {
				return opts.metadata.history(ctx, t.project, t.args[0], options)
			}
			file, err := recordingOf(t.project, t.args[0])
			if err != nil {
				return nil, err
			}
			suite, err := drift.History(ctx, file, options)
			if err == nil {
				suite.About = append(suite.About, file)
			}
			return suite, err
		}),
	}
	opts.register(cmd.Flags())
	opts.metadata.register(cmd.Flags(), "walk the log of a file of metadata ($metadata)")
	return cmd
}

// recordingOf is the file of a cassette, or of a scenario's cassette.
func recordingOf(p *project.Project, name string) (string, error) {
	if files, err := p.Files(name); err == nil && len(files) == 1 {
		if sc, err := p.Scenario(files[0]); err == nil {
			return p.CassetteFile(sc.Cassette)
		}
	}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		return filepath.ToSlash(name), nil
	}
	return p.CassetteFile(name)
}
