package cli

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/whatif"
	"github.com/graphvcr/graphvcr/harness/report/render"
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
		"replay": scenarios, "record": scenarios, "drift": scenarios, "review": cassettes,
		"redact": cassettes, "tidy": cassettes, "lint": cassettes, "diff": cassettes, "history": cassettes, "view": cassettes,
	}
	flags := flagValues(cassettes)
	var each func(cmd *cobra.Command)
	each = func(cmd *cobra.Command) {
		if propose := arguments[cmd.Name()]; propose != nil && cmd.Parent() == root && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = propose
		}
		for name, propose := range flags {
			if cmd.LocalFlags().Lookup(name) != nil {
				_ = cmd.RegisterFlagCompletionFunc(name, propose) // an error says that there is one already
			}
		}
		for _, sub := range cmd.Commands() {
			each(sub)
		}
	}
	each(root)
}

// flagValues propose the values of flags, by the flag's name, which means the same in every
// command. Flags of numbers, times and truths need none.
func flagValues(cassettes completing) map[string]completing {
	var rules []string
	for _, r := range diff.Rules() {
		rules = append(rules, string(r.ID))
	}
	for _, f := range whatif.Faults() {
		rules = append(rules, f.ID())
	}
	signIns := words("auto", "none", "env:", "client-secret", "client-certificate", "federated", "device-code", "azure-cli")
	files, folders, free := directive(cobra.ShellCompDirectiveDefault), directive(cobra.ShellCompDirectiveFilterDirs), words()
	return map[string]completing{
		"report": words(render.Kinds()...), "fail-on": words("error", "warning", "note"), "rule": words(rules...),
		"cassette": cassettes, "from": cassettes, "auth": signIns,
		"mode": words("replay", "record", "spy"), "fault": words(faultNames()...),
		"api": words("v1.0", "beta"), "cloud": words(slices.Sorted(maps.Keys(generate.Clouds()))...),
		"cassettes": folders, "schemas": folders, "scenarios": folders, "out": folders,
		"rules": files, "body": files, "upstream-ca": files, "csdl": files, "announced": files, "ca": files, "html": files, "git": folders,
		"listen": words("127.0.0.1:0", "127.0.0.1:8080", "none"), "tls-listen": words("127.0.0.1:8443"),
		"host": words("localhost"), "map": words("v1.0=beta", "delegated=application", "application=delegated"),
		"base-url": words(cloudAddresses()...),
		"upstream": words("https://"), "connect-to": words("graph.microsoft.com="),
		// What only the caller knows.
		"reason": free, "until": free, "input": free, "run": free, "shard": free, "name": free, "header": free,
		"also": free, "cors": free, "type": free, "path": free,
	}
}

func faultNames() []string {
	var all []string
	for line := range strings.Lines(proxy.FaultHelp) {
		name, _, _ := strings.Cut(line, " ")
		name, _, _ = strings.Cut(name, "[")
		all = append(all, strings.TrimRight(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	}
	return all
}

func cloudAddresses() []string {
	var all []string
	for _, cloud := range graph.Clouds() {
		all = append(all, "https://"+cloud.Host)
	}
	return all
}

// directive proposes files or folders, or some words.
func directive(d cobra.ShellCompDirective, words ...string) completing {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { return words, d }
}

func words(all ...string) completing { return directive(cobra.ShellCompDirectiveNoFileComp, all...) }

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
