package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/check"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

func newSchema(std Streams, dirs *projectFlags) *cobra.Command {
	missing := fault.Error{Message: "schema: name what to do", Hint: "graphvcr schema generate|fetch|infer|check"}
	return parent("schema", "Make and try JSON Schemas of Graph's types", missing,
		newSchemaGenerate(std), newSchemaFetch(std, dirs), newSchemaInfer(std, dirs), newSchemaCheck(std, dirs))
}

type schemaGenerateFlags struct {
	csdl, out string
	types     []string
	all       bool
	force     bool
}

func newSchemaGenerate(std Streams) *cobra.Command {
	var f schemaGenerateFlags
	cmd := &cobra.Command{
		Use:   "generate --csdl FILE (--all | --type T...) --out DIR",
		Short: "Write schemas from a file of metadata",
		Args:  noSubcommand,
		RunE:  func(*cobra.Command, []string) error { return f.run(std) },
	}
	cmd.Flags().StringVar(&f.csdl, "csdl", "", "`file` of metadata (CSDL 4.0, XML)")
	cmd.Flags().StringArrayVar(&f.types, "type", nil, "a `type` to write; repeatable")
	cmd.Flags().BoolVar(&f.all, "all", false, "write all types")
	cmd.Flags().StringVar(&f.out, "out", "", "`folder` of one API's schemas: schemas/v1.0")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace hand-made schemas, too")
	return cmd
}

func (f *schemaGenerateFlags) run(std Streams) error {
	const command = "schema generate"
	switch {
	case f.csdl == "":
		return &fault.Error{Message: command + ": --csdl: no metadata file given", Hint: "graphvcr schema fetch gets it for you"}
	case f.out == "":
		return &fault.Error{Message: command + ": --out: no folder given", Hint: "--out schemas/v1.0"}
	case f.all == (len(f.types) > 0):
		return &fault.Error{Message: command + ": either --all or some --type", Hint: "--all writes every type"}
	}
	m, err := csdl.Load(f.csdl)
	if err != nil {
		return err
	}
	return writeSchemas(std, command, m, f.types, f.out, f.force)
}

// writeSchemas writes the types named, or all where none is, and says so.
func writeSchemas(std Streams, command string, m *csdl.Model, types []string, out string, force bool) error {
	for _, w := range m.Warnings[:min(len(m.Warnings), mostErrors)] {
		fmt.Fprintf(std.Err, "graphvcr: warning: metadata line %d: %s\n", w.Line, visible.Text(w.Message))
	}
	if n := len(m.Warnings) - mostErrors; n > 0 {
		fmt.Fprintf(std.Err, "graphvcr: warning: and %d more\n", n)
	}
	if len(types) > 0 {
		names, err := findTypes(command, m, types)
		if err != nil {
			return err
		}
		m, _ = m.Only(names...)
	}
	result, err := generate.Write(out, generate.Schemas(m), force)
	if err != nil {
		return err
	}
	if n := len(result.Kept); n > 0 {
		shown := strings.Join(result.Kept[:min(n, 3)], ", ")
		if n > 3 {
			shown += fmt.Sprintf(" and %d more", n-3)
		}
		fmt.Fprintf(std.Err, "graphvcr: note: hand-made schemas stay, and --force replaces them: %s\n", shown)
	}
	for _, name := range result.Stray {
		fmt.Fprintf(std.Err, "graphvcr: warning: %s is of no type that was written\n", filepath.ToSlash(filepath.Join(out, "overlay", name)))
	}
	kinds := map[csdl.Kind]int{}
	for _, t := range m.Types {
		kinds[t.Kind]++
	}
	fmt.Fprintf(std.Out, "%s: %d entity, %d complex and %d enum types; %d files written, %d as before, %d kept\n",
		filepath.ToSlash(out), kinds[csdl.Entity], kinds[csdl.Complex], kinds[csdl.Enum], result.Written, result.Same, len(result.Kept))
	return nil
}

// findTypes resolves the names that a user gives.
func findTypes(command string, m *csdl.Model, names []string) ([]string, error) {
	var full []string
	for _, name := range names {
		found := m.Find(name)
		switch len(found) {
		case 0:
			return nil, &fault.Error{Message: fmt.Sprintf("%s: metadata has no type %q", command, name), Hint: fault.DidYouMean(m.Near(name)...)}
		case 1:
			full = append(full, found[0])
		default:
			return nil, &fault.Error{Message: fmt.Sprintf("%s: %q may be %s", command, name, strings.Join(found, " or ")), Hint: "give the full name"}
		}
	}
	return full, nil
}

type schemaFetchFlags struct {
	upstream   upstreamFlags
	cloud, api string
	base       string
	refresh    bool
	force      bool
}

func newSchemaFetch(std Streams, dirs *projectFlags) *cobra.Command {
	var f schemaFetchFlags
	clouds := strings.Join(slices.Sorted(maps.Keys(generate.Clouds())), ", ")
	cmd := &cobra.Command{
		Use:   "fetch [--cloud NAME] [--api v1.0|beta]",
		Short: "Get Graph's metadata and write the schemas that the project uses",
		Args:  noSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return f.run(cmd, std, dirs) },
	}
	cmd.Flags().StringVar(&f.cloud, "cloud", "global", "`name` of the cloud: "+clouds)
	cmd.Flags().StringVar(&f.api, "api", "v1.0", "the `API`: v1.0 or beta")
	cmd.Flags().StringVar(&f.base, "base-url", "", "`URL` to fetch from instead of the cloud")
	cmd.Flags().BoolVar(&f.refresh, "refresh", false, "fetch what is in the cache again")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace hand-made schemas, too")
	f.upstream.register(cmd.Flags())
	return cmd
}

func (f *schemaFetchFlags) run(cmd *cobra.Command, std Streams, dirs *projectFlags) error {
	const command = "schema fetch"
	service, ok := generate.Clouds()[f.cloud]
	switch {
	case !ok:
		return &fault.Error{Message: fmt.Sprintf("%s: unknown cloud %q", command, f.cloud), Hint: "the clouds are " + strings.Join(slices.Sorted(maps.Keys(generate.Clouds())), ", ")}
	case f.api != "v1.0" && f.api != "beta":
		return &fault.Error{Message: fmt.Sprintf("%s: unknown API %q", command, f.api), Hint: "--api v1.0 or --api beta"}
	case f.base != "":
		service = f.base
	}
	p, err := dirs.open()
	if err != nil {
		return err
	}
	up, err := f.upstream.open(command)
	if err != nil {
		return err
	}
	file, err := f.cacheFile()
	if err != nil {
		return &fault.Error{Message: command, Cause: err}
	}
	m, err := csdl.Load(file)
	if err != nil || f.refresh {
		carrier := up.Transport()
		defer carrier.CloseIdleConnections()
		if m, err = generate.Fetch(cmd.Context(), carrier, service, f.api, file); err != nil {
			return err
		}
		fmt.Fprintf(std.Err, "graphvcr: fetched the metadata of %s into %s\n", service, file)
	}
	uses, err := p.Uses(f.api)
	if err != nil {
		return err
	}
	types := uses.Types(m)
	if len(types) == 0 {
		return &fault.Error{Message: fmt.Sprintf("%s: no cassette or scenario uses %s, so that there is nothing to write", command, f.api), Hint: "graphvcr schema generate --csdl " + file + " --type T --out " + p.Dirs.Schemas + "/" + f.api}
	}
	return writeSchemas(std, command, m, types, filepath.Join(p.Dirs.Schemas, f.api), f.force)
}

// cacheFile is where the metadata is kept, for each base URL apart.
func (f *schemaFetchFlags) cacheFile() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cloud := f.cloud
	if f.base != "" {
		cloud = "stand-in-" + strings.Map(func(r rune) rune {
			if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-", r) {
				return r
			}
			return '-'
		}, strings.ToLower(f.base))
	}
	return filepath.Join(dir, "graphvcr", "metadata", cloud, f.api+".csdl"), nil
}

func newSchemaInfer(std Streams, dirs *projectFlags) *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use:   "infer CASSETTE",
		Short: "Draft a schema from recorded answers",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: dirs.on(func(_ context.Context, p *project.Project, args []string) error {
			c, err := p.Cassette(args[0])
			if err != nil {
				return err
			}
			var answers []generate.Answer
			for _, i := range c.Interactions {
				if i.Response.Code < 300 {
					answers = append(answers, generate.Answer{URL: i.Request.URL, Body: i.Response.Body})
				}
			}
			return printDraft(std, args[0], generate.Drafts(answers), only)
		}),
	}
	cmd.Flags().StringVar(&only, "path", "", "the `path` whose answers count, where there are several")
	return cmd
}

// printDraft prints the one draft that was asked for.
func printDraft(std Streams, cassette string, drafts []generate.Draft, only string) error {
	var paths []string
	for _, d := range drafts {
		if d.Path == only || only == "" && len(drafts) == 1 {
			_, err := std.Out.Write(d.Text)
			return err
		}
		paths = append(paths, fmt.Sprintf("--path '%s' (%d)", d.Path, d.Answers))
	}
	switch {
	case len(drafts) == 0:
		return &fault.Error{Message: "schema infer: no answer in " + cassette + " is a JSON object"}
	case only != "":
		return &fault.Error{Message: fmt.Sprintf("schema infer: no answer in %s has the path %s", cassette, only), Hint: "there are " + strings.Join(paths, ", ")}
	}
	return &fault.Error{Message: "schema infer: " + cassette + " has answers of several paths", Hint: "choose one: " + strings.Join(paths, ", ")}
}

func newSchemaCheck(std Streams, dirs *projectFlags) *cobra.Command {
	var opts reportFlags
	var typ, api string
	cmd := &cobra.Command{
		Use:   "check FILE --type T",
		Short: "Validate a file of JSON against a type's schema",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: opts.on(std, dirs, func(_ context.Context, t *task) (*report.Suite, error) {
			if typ == "" {
				return nil, &fault.Error{Message: "schema check: --type: no type given", Hint: "e.g. --type microsoft.graph.user"}
			}
			result, err := check.Schema(t.project.Schemas, t.args[0], api, typ)
			if err != nil {
				return nil, err
			}
			return &report.Suite{Command: "schema check", Cases: []report.Case{result}}, nil
		}),
	}
	cmd.Flags().StringVar(&typ, "type", "", "full name of the `type`, or Collection(...) of a page")
	cmd.Flags().StringVar(&api, "api", "v1.0", "the `API`: v1.0 or beta")
	opts.register(cmd.Flags())
	return cmd
}
