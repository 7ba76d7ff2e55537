package cli

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
)

func newNew(std Streams, dirs *projectFlags) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "new [--from CASSETTE]",
		Short: "Write a starter file",
		Args:  noSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return &fault.Error{Message: "new: what?", Hint: "graphvcr new scenario NAME, or graphvcr new --from CASSETTE"}
			}
			p, err := dirs.open()
			if err != nil {
				return err
			}
			return newFrom(std, p, from)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "draft the scenario from this `cassette`, and call it the same")
	cmd.AddCommand(newWorkflow(std), &cobra.Command{
		Use:   "scenario NAME",
		Short: "Write a commented scenario to start from",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: dirs.on(func(_ context.Context, p *project.Project, args []string) error {
			return newScenario(std, p, args[0])
		}),
	})
	return cmd
}

// noSubcommand refuses an argument that names no subcommand.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
		}
	}
	return &fault.Error{
		Message: fmt.Sprintf("%s: unknown %q", cmd.CommandPath(), args[0]),
		Hint:    "there is: " + cmd.CommandPath() + " " + strings.Join(known, ", "),
	}
}

// newScenario writes the starter inside the scenarios folder, if there is no such
// file yet.
func newScenario(std Streams, p *project.Project, name string) error {
	name = strings.TrimSuffix(filepath.ToSlash(name), ".yaml")
	local := filepath.FromSlash(name + ".yaml")
	if !filepath.IsLocal(local) || !project.IsFileName(name) {
		return &fault.Error{
			Message: fmt.Sprintf("new scenario: %q is not a file name below %s", name, p.Dirs.Scenarios),
			Hint:    "give a path below that folder, e.g. teams/archive",
		}
	}
	if part := project.Unportable(name); part != "" {
		return &fault.Error{
			Message: fmt.Sprintf("new scenario: %q cannot be a file name on Windows", part),
			Hint:    "leave out < > : \" | ? * \\, a dot or space at the end, and names of devices such as con, nul and com1",
		}
	}
	text := fmt.Sprintf(starterText, schemaFor(p, name), strings.ReplaceAll(name, "/", ": "), name)
	file, err := p.CreateScenario(name, []byte(text))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "wrote %s\n", file)
	return err
}

// newFrom drafts a scenario from a cassette, which it will be replayed against.
func newFrom(std Streams, p *project.Project, from string) error {
	c, err := p.Cassette(from)
	if err != nil {
		return err
	}
	if !filepath.IsLocal(filepath.FromSlash(c.Name)) {
		return &fault.Error{
			Message: fmt.Sprintf("new --from: %s lies outside %s", from, p.Dirs.Cassettes),
			Hint:    "move the cassette there, or name another folder with --cassettes",
		}
	}
	d, kept, err := record.Draft(p, c)
	if err != nil {
		return err
	}
	if kept {
		fmt.Fprintf(std.Err, "graphvcr: stored the scenario's variables in %s; %s\n", c.File, record.LiveAgain(d.Env))
	}
	_, err = fmt.Fprintf(std.Out, "wrote %s\n", path.Join(p.Dirs.Scenarios, c.Name+".yaml"))
	return err
}

// publishedSchema is the scenario schema for projects that have no copy of it.
const publishedSchema = "https://raw.githubusercontent.com/graphvcr/graphvcr/main/schemas/graphvcr/scenario.json"

func schemaFor(p *project.Project, name string) string {
	file := path.Join(p.Dirs.Schemas, "graphvcr", "scenario.json")
	if _, err := os.Stat(file); err != nil {
		return publishedSchema
	}
	rel, err := filepath.Rel(path.Join(p.Dirs.Scenarios, path.Dir(name)), file)
	if err != nil {
		return publishedSchema
	}
	return filepath.ToSlash(rel)
}

// starterText is a scenario that shows the file format on one read.
//
//go:embed starter.yaml
var starterText string

//go:embed workflow
var workflowFiles embed.FS

// workflows are the jobs that graphvcr can write, by service, and where they belong: those
// that look for drift every night, and those that replay every change in shards.
var (
	driftWorkflows = map[string]string{
		"github": ".github/workflows/graph-drift.yml",
		"azure":  "azure-pipelines-graph-drift.yml",
	}
	replayWorkflows = map[string]string{
		"github": ".github/workflows/graph-replay.yml",
		"gitlab": "gitlab-graph-replay.yml",
		"azure":  "azure-pipelines-graph-replay.yml",
	}
)

func services() []string { return []string{"github", "gitlab", "azure"} }

func newWorkflow(std Streams) *cobra.Command {
	var replay bool
	cmd := &cobra.Command{
		Use:       "workflow github|gitlab|azure",
		Short:     "Write a job that looks for drift every night, or replays in shards",
		ValidArgs: services(),
		Args:      arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			files, embedded := driftWorkflows, args[0]
			if replay {
				files, embedded = replayWorkflows, "replay-"+args[0]
			}
			file, known := files[args[0]]
			if !known {
				return &fault.Error{
					Message: fmt.Sprintf("new workflow: unknown %q", args[0]),
					Hint:    "there is: " + strings.Join(slices.DeleteFunc(services(), func(s string) bool { return files[s] == "" }), ", "),
				}
			}
			version, pinned := installable(buildInfo())
			if err := writeWorkflow(embedded, file, version); err != nil {
				return &fault.Error{Message: "new workflow", Cause: err}
			}
			if !pinned {
				fmt.Fprintf(std.Err, "graphvcr: note: this build has no version, so the job runs @latest: replace it by a release in %s\n", file)
			}
			_, err := fmt.Fprintln(std.Out, "wrote "+file)
			return err
		},
	}
	cmd.Flags().BoolVar(&replay, "replay", false, "one that replays every change, in shards")
	return cmd
}

// writeWorkflow writes a job to a file that is not there yet.
func writeWorkflow(embedded, file, version string) error {
	text, err := workflowFiles.ReadFile("workflow/" + embedded + ".yml")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return errors.New(file + " exists")
	}
	if err != nil {
		return err
	}
	_, err = f.Write(bytes.ReplaceAll(text, []byte("{{version}}"), []byte(version)))
	return errors.Join(err, f.Close())
}
