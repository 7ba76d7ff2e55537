package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// completing proposes words while a command line is written; files are proposed
// beside them.
type completing = func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective)

// complete has every command propose the names that it takes: scenarios, cassettes,
// kinds of report, severities.
func complete(root *cobra.Command, dirs *projectFlags) {
	scenarios := namesOf(dirs, func(p *project.Project) (string, []string, error) {
		files, err := p.Files()
		return p.Dirs.Scenarios, files, err
	})
	cassettes := namesOf(dirs, func(p *project.Project) (string, []string, error) {
		files, err := p.CassetteFiles(p.Dirs.Cassettes)
		return p.Dirs.Cassettes, files, err
	})
	arguments := map[string]completing{
		"replay": scenarios, "record": scenarios, "drift": scenarios,
		"redact": cassettes, "tidy": cassettes, "lint": cassettes, "diff": cassettes, "history": cassettes, "view": cassettes,
	}
	flags := map[string]completing{
		"report": words(report.Kinds()...), "fail-on": words("error", "warning", "note"),
		"cassette": cassettes, "from": cassettes,
	}
	var each func(cmd *cobra.Command)
	each = func(cmd *cobra.Command) {
		if propose := arguments[cmd.Name()]; propose != nil && cmd.Parent() == root && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = propose
		}
		for name, propose := range flags {
			if cmd.LocalFlags().Lookup(name) != nil {
				_ = cmd.RegisterFlagCompletionFunc(name, propose) // an error says that there is one
			}
		}
		for _, sub := range cmd.Commands() {
			each(sub)
		}
	}
	each(root)
}

func words(all ...string) completing {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// namesOf proposes the files of a folder of the project by their names. Where there
// is no project, there is nothing to propose.
func namesOf(dirs *projectFlags, list func(*project.Project) (dir string, files []string, err error)) completing {
	return func(_ *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		p, err := dirs.open()
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		dir, files, err := list(p)
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var names []string
		for _, file := range files {
			name := strings.TrimSuffix(strings.TrimPrefix(file, dir+"/"), filepath.Ext(file))
			if strings.HasPrefix(name, toComplete) {
				names = append(names, name)
			}
		}
		return names, cobra.ShellCompDirectiveDefault
	}
}
