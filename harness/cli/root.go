package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `graphvcr replays recorded Microsoft Graph exchanges offline and checks every
response: status, JSON Schema, id formats, states and what the scenario expects.

  cassette   a file of recorded exchanges      cassettes/teams/chat.yaml
  scenario   requests and expectations         scenarios/teams/chat.yaml
  schema     the JSON Schema of a Graph type   schemas/beta/microsoft.graph.chat.json

Without a command it replays everything under scenarios/, without any network.
`

// exitHelp stands at the end of every command's help.
const exitHelp = `
Exit status:
  0  clean: no finding at or above --fail-on
  1  findings at or above --fail-on
  2  it could not be done: a file that does not load, a wrong flag, a full disk
  130, 143  a second SIGINT or SIGTERM ended it at once
`

func newRoot(std streams) *cobra.Command {
	var dirs projectFlags
	opts := replayFlags{project: &dirs}
	root := &cobra.Command{
		Use:           "graphvcr",
		Short:         "Replay Microsoft Graph offline and check every response",
		Long:          rootLong,
		Example:       "  graphvcr\n  graphvcr replay scenarios/teams --report junit=report.xml\n  graphvcr record teams/chat --auth azure-cli\n  graphvcr lint\n  graphvcr new scenario teams/archive",
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return opts.run(cmd.Context(), std, nil) },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(flagError)
	dirs.register(root.PersistentFlags())
	opts.register(root.Flags())
	root.AddCommand(
		newReplay(std, &dirs),
		newRecord(std, &dirs),
		newDiff(std, &dirs),
		newDrift(std, &dirs),
		newHistory(std, &dirs),
		newWhatif(std, &dirs),
		newLint(std, &dirs),
		newNew(std, &dirs),
		newImport(std, &dirs),
		newExport(std, &dirs),
		newCheck(std, &dirs),
		newPermissions(std, &dirs),
		newRedact(std, &dirs),
		newTidy(std, &dirs),
		newServe(std, &dirs),
		newExec(std, &dirs),
		newCA(std),
		newSchema(std, &dirs),
		newVersion(std),
		newSealed(),
	)
	complete(root, &dirs)
	root.SetHelpTemplate(strings.TrimRight(root.HelpTemplate(), "\n") + exitHelp)
	return root
}

// noCommand refuses an argument that names no command.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	f := &fault.Error{
		Message: fmt.Sprintf("unknown command %q", args[0]),
		Hint:    "graphvcr --help lists the commands; to replay scenarios: graphvcr replay " + strings.Join(args, " "),
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		f.Hint = fault.DidYouMean(near...)
	}
	return f
}

// arguments wraps a check of the number of arguments so that it comes with the
// command's usage as a hint.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &fault.Error{Message: cmd.CommandPath() + ": " + err.Error(), Hint: "usage: " + cmd.UseLine()}
		}
		return nil
	}
}

var unknownFlag = regexp.MustCompile(`^unknown flag: --([^=]*)`)

// flagError adds to an unknown flag the one that was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	f := &fault.Error{Message: err.Error(), Hint: cmd.CommandPath() + " --help lists the flags"}
	if m := unknownFlag.FindStringSubmatch(err.Error()); m != nil {
		if near := nearestFlag(cmd, m[1]); near != "" {
			f.Hint = fault.DidYouMean("--"+near) + " " + f.Hint
		}
	}
	return f
}

// nearestFlag lets cobra, which knows how to find the nearest command, find the
// nearest flag.
func nearestFlag(cmd *cobra.Command, name string) string {
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	if near := names.SuggestionsFor(name); len(near) > 0 {
		return near[0]
	}
	return ""
}
