package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/project"
)

// projectFlags say where the project's files lie.
type projectFlags struct{ dirs project.Dirs }

func (f *projectFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.dirs.Cassettes, "cassettes", "", "`folder` of cassettes (default: cassettes in the project)")
	flags.StringVar(&f.dirs.Schemas, "schemas", "", "`folder` of schemas (default: schemas in the project)")
	flags.StringVar(&f.dirs.Scenarios, "scenarios", "", "`folder` of scenarios (default: scenarios in the project: the nearest folder upwards that has a go.mod and scenarios, else scenarios or cassettes)")
	flags.StringVar(&f.dirs.Rules, "rules", "", "rules `file` (default: rules.yaml in the folder of cassettes, if there is one)")
}

func (f *projectFlags) open() (*project.Project, error) { return project.Open(f.dirs) }

// on makes what a command runs that reports no suite: its work on the project.
func (f *projectFlags) on(work func(ctx context.Context, p *project.Project, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p, err := f.open()
		if err != nil {
			return err
		}
		return work(cmd.Context(), p, args)
	}
}
