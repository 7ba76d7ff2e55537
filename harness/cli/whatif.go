package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/whatif"
	"github.com/graphvcr/graphvcr/harness/report"
)

const whatifLong = `Whatif finds out which changes of the API would break your client, before they come. It
makes one change at a time to the responses of a cassette, and runs the client against it,
offline: a new enum member, a list that comes in pages, ids in another case, a longer
wait for what was created, another error code, a new property. Without --rule it makes
those that Microsoft calls non-breaking and may make on any day.

The client is any COMMAND, which runs as under graphvcr exec; also go test, whose
harness.Open then finds the changed cassette. Without a COMMAND the scenarios that use
the cassette are replayed. It has to pass without any change first.

The rules that begin with fault are not changes: they are what the service does on a bad
day (graphvcr serve --help), and are tried only if --rule names them, with a COMMAND.

A change that breaks the client is an error, with the client's output; a rule that changes
nothing in the recording is skipped, and a note says why.
`

type whatifFlags struct {
	report reportFlags
	whatif.Options
}

func newWhatif(std streams, dirs *projectFlags) *cobra.Command {
	var opts whatifFlags
	cmd := &cobra.Command{
		Use:     "whatif --cassette NAME [--rule ID]... [-- COMMAND [ARGUMENT]...]",
		Short:   "Find out which changes of the API would break a client",
		Long:    whatifLong + "\nThe rules:\n" + ruleList(),
		Example: "  graphvcr whatif --cassette users/list -- node app.js\n  graphvcr whatif --cassette users/list -- go test ./...\n  graphvcr whatif --cassette teams/create-chat --rule enum.new --rule paging.added",
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.run(std, dirs, func(p *project.Project, _ *reporting) (*report.Suite, error) {
				opts.Args, opts.Talk = args, std.err
				return whatif.Run(cmd.Context(), p, opts.Options)
			})
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what comes after the command is the command's
	flags.StringVar(&opts.Cassette, "cassette", "", "`name` of the cassette that is changed")
	flags.StringArrayVar(&opts.Rules, "rule", nil, "`id` of a change to make; repeatable (default: those that Microsoft calls non-breaking)")
	opts.report.register(flags)
	return cmd
}

// ruleList is the table of rules for the help; * marks those that are tried by default.
func ruleList() string {
	var b strings.Builder
	for _, r := range diff.Rules() {
		mark := " "
		if r.Free {
			mark = "*"
		}
		fmt.Fprintf(&b, "  %s %-20s %s\n", mark, r.ID, r.Doc)
	}
	for _, f := range whatif.Faults() {
		fmt.Fprintf(&b, "    %-20s %s\n", f.ID(), f.Doc)
	}
	return b.String()
}
