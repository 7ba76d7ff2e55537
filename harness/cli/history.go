package cli

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

const historyLong = `History walks the git log of a cassette and shows when the API's behaviour changed:
each commit that changed the recording with its date, and what changed in it, by the
rules of graphvcr diff. A commit that only recorded other ids, dates or orders has no
findings.
`

func newHistory(std streams, dirs *projectFlags) *cobra.Command {
	var opts diffFlags
	cmd := &cobra.Command{
		Use:     "history CASSETTE|SCENARIO",
		Short:   "Show when the API changed, from the git log of a cassette",
		Long:    historyLong,
		Example: "  graphvcr history teams/get-operation\n  graphvcr history cassettes/users/list.yaml --report html=history.html",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.tell(std, dirs, func(p *project.Project, _ *reporting) (*report.Suite, error) {
				file, err := recordingOf(p, args[0])
				if err != nil {
					return nil, err
				}
				options, err := opts.options(p)
				if err != nil {
					return nil, err
				}
				return drift.History(cmd.Context(), file, options)
			})
		},
	}
	opts.registerComparison(cmd.Flags())
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
