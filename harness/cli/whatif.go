package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/whatif"
	"github.com/graphvcr/graphvcr/harness/report"
)

type whatifFlags struct {
	report reportFlags
	whatif.Options
}

func newWhatif(std Streams, dirs *projectFlags) *cobra.Command {
	var opts whatifFlags
	cmd := &cobra.Command{
		Use:   "whatif --cassette NAME [--rule ID]... [-- COMMAND [ARGUMENT]...]",
		Short: "Find out which changes of the API would break a client",
		Long:  "\nThe rules:\n" + ruleList(),
		RunE: opts.report.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			opts.Args, opts.Talk = t.args, std.Err
			return whatif.Run(ctx, t.project, opts.Options)
		}),
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
