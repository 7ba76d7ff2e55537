package cli

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

// exitHelp stands at the end of every command's help.
const exitHelp = `
Exit status:
  0  clean: no finding at or above --fail-on
  1  findings at or above --fail-on
  2  it could not be done: a file that does not load, a wrong flag, a full disk
  130, 143  a second SIGINT or SIGTERM ended it at once
`

// The groups that help lists commands by.
var groups = []*cobra.Group{
	{ID: "test", Title: "Test:"}, {ID: "record", Title: "Record:"}, {ID: "watch", Title: "Watch the API:"}, {ID: "setup", Title: "Set up:"},
}

func newRoot(std Streams) *cobra.Command {
	var dirs projectFlags
	var opts replayFlags
	root := &cobra.Command{
		Use:           "graphvcr",
		Short:         "Record, replay, check and compare Microsoft Graph",
		Args:          noCommand,
		RunE:          opts.report.on(std, &dirs, opts.run),
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       versionLine(buildInfo()),
	}
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("{{.Version}}\n")
	dirs.register(root.PersistentFlags())
	opts.register(root.Flags())
	addCommands(root, std, &dirs)
	describe(root)
	complete(root, &dirs)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "Flags.FlagUsages ", fmt.Sprintf("Flags.FlagUsagesWrapped %d ", width)))
	root.SetHelpTemplate(strings.TrimRight(root.HelpTemplate(), "\n") +
		"{{if not .HasParent}}\nHelp topics (graphvcr help TOPIC):\n" + topicList() + "{{end}}" + exitHelp)
	return root
}

func addCommands(root *cobra.Command, std Streams, dirs *projectFlags) {
	root.AddGroup(groups...)
	in := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
		}
		root.AddCommand(commands...)
	}
	in("test", newReplay(std, dirs), newExec(std, dirs), newServe(std, dirs), newWhatif(std, dirs), newLint(std, dirs), newCheck(std, dirs), newReport(std))
	in("record", newRecord(std, dirs), newImport(std, dirs), newExport(std, dirs), newNew(std, dirs), newRedact(std, dirs), newTidy(std, dirs), newView(std, dirs))
	in("watch", newDiff(std, dirs), newDrift(std, dirs), newReview(std, dirs), newHistory(std, dirs))
	in("setup", newDemo(std), newSchema(std, dirs), newPermissions(std, dirs), newCA(std), newVersion(std))
	root.SetHelpCommand(newHelp())
	root.SetHelpCommandGroupID("setup")
	root.SetCompletionCommandGroupID("setup")
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

// parent is a command that does nothing but by those below it.
func parent(use, short string, missing fault.Error, below ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: noSubcommand,
		RunE: func(*cobra.Command, []string) error { return &missing },
	}
	cmd.AddCommand(below...)
	return cmd
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
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := fault.Nearest(m[1], known); near != "" {
			f.Hint = fault.DidYouMean("--"+near) + " " + f.Hint
		}
	}
	return f
}

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
