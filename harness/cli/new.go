package cli

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
)

func newNew(std streams, dirs *projectFlags) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "new [--from CASSETTE]",
		Short: "Write a starter file",
		Long: "Writes a scenario to start from: a commented one, or with --from one drafted from a\n" +
			"cassette, which asks for every interaction, captures what flows from answers into\n" +
			"later requests, and polls and pages where the recording did. A file that exists is\n" +
			"never overwritten.\n",
		Example: "  graphvcr new scenario teams/archive\n  graphvcr new --from teams/create-chat",
		Args:    noSubcommand,
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
		Use:     "scenario NAME",
		Short:   "Write a commented scenario to start from",
		Long:    "Writes scenarios/NAME.yaml, a commented scenario that loads as it is. A file that\nexists is never overwritten, and NAME cannot leave the scenarios folder.\n",
		Example: "  graphvcr new scenario teams/archive",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := dirs.open()
			if err != nil {
				return err
			}
			return newScenario(std, p, args[0])
		},
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
func newScenario(std streams, p *project.Project, name string) error {
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
	file, err := p.CreateScenario(name, []byte(starter(p, name)))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "wrote %s\n", file)
	return err
}

// newFrom drafts a scenario from a cassette, which it will be replayed against.
func newFrom(std streams, p *project.Project, from string) error {
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
		fmt.Fprintf(std.err, "graphvcr: stored the scenario's variables in %s; %s\n", c.File, record.LiveAgain(d.Env))
	}
	_, err = fmt.Fprintf(std.out, "wrote %s\n", path.Join(p.Dirs.Scenarios, c.Name+".yaml"))
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

// starter is a scenario that shows the file format on one read.
func starter(p *project.Project, name string) string {
	title := strings.ReplaceAll(name, "/", ": ")
	return fmt.Sprintf(starterText, schemaFor(p, name), title, name)
}

const starterText = `# yaml-language-server: $schema=%s
#
# A scenario: requests to Microsoft Graph and what is expected of the answers.
# graphvcr replay runs it against the cassette of the same name.

name: %q
api: v1.0 # or beta; a step may say otherwise
# cassette: %s # the default: this file's path below scenarios/

vars:
  # Use a variable as {user}. {env.NAME} reads the environment.
  user: adele@contoso.example

steps:
  - name: read the user
    permissions: {delegated: [User.Read], application: [User.Read.All]} # least privileged first
    request:
      method: GET
      path: /users/{user}
      query: {$select: "id,displayName"}
    expect:
      status: 200
      # schema: microsoft.graph.user # the type in schemas/v1.0/
      body:
        id: {format: guid}
        displayName: {type: string}
        # Also: a plain value, oneOf, pattern, exists, absent, min, max, count,
        # each, some, json (a document inside a string), sameAs, notBefore.
    capture: {id: body.id} # {id} may be used from here on

  # A step that waits for a long-running operation:
  # - name: wait
  #   request: {method: GET, path: "{operation}"}
  #   poll: {until: {status: succeeded}, fail: {status: failed}, every: 30s, timeout: 10m}

# Steps that run whatever happened before:
# cleanup:
#   - request: {method: DELETE, path: "/users/{id}"}
`
