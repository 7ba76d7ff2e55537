package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
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
	if !filepath.IsLocal(local) || !nameable(name) {
		return &fault.Error{
			Message: fmt.Sprintf("new scenario: %q is not a file name below %s", name, p.Dirs.Scenarios),
			Hint:    "give a path below that folder, e.g. teams/archive",
		}
	}
	if part := unportable(name); part != "" {
		return &fault.Error{
			Message: fmt.Sprintf("new scenario: %q cannot be a file name on Windows", part),
			Hint:    "leave out < > : \" | ? * \\, a dot or space at the end, and names of devices such as con, nul and com1",
		}
	}
	return writeScenario(std, p, name, []byte(starter(p, name)))
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
	d, err := draft.Scenario(c)
	if err != nil {
		return &fault.Error{Message: "new --from " + from, Cause: err}
	}
	if err := writeScenario(std, p, c.Name, d.Text); err != nil {
		return err
	}
	if d.Keep(c) {
		if err := c.Save(c.File, p.Guard); err != nil {
			return err
		}
		fmt.Fprintf(std.err, "graphvcr: stored the scenario's variables in %s; %s\n", c.File, liveAgain(d.Env))
	}
	return nil
}

// writeScenario creates a scenario file and says so.
func writeScenario(std streams, p *project.Project, name string, text []byte) error {
	file, err := createScenario(p, name, text)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "wrote %s\n", file)
	return err
}

// createScenario creates a scenario file; name is its path below the scenarios folder.
func createScenario(p *project.Project, name string, text []byte) (file string, err error) {
	file = path.Join(p.Dirs.Scenarios, name+".yaml")
	err = createBelow(p.Dirs.Scenarios, filepath.FromSlash(name+".yaml"), text)
	switch {
	case errors.Is(err, fs.ErrExist):
		return "", &fault.Error{Message: fmt.Sprintf("new: %s exists", file), Hint: "choose another name, or edit the file"}
	case err != nil:
		return "", &fault.Error{Message: "new", Cause: err}
	}
	return file, nil
}

// nameable reports whether a path ends in a name that can be seen: no folder, no
// hidden file, no control characters.
func nameable(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base != "" && base[0] != '.' && report.Visible(name) == name
}

var device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)`)

// unportable returns the first part of a path that Windows has no file for, or "":
// projects are shared (learn.microsoft.com, Naming Files, Paths, and Namespaces).
func unportable(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if strings.ContainsAny(part, `<>:"|?*\`) || strings.TrimRight(part, ". ") != part || device.MatchString(part) {
			return part
		}
	}
	return ""
}

// createBelow creates a file that cannot lie outside dir, symbolic links included.
func createBelow(dir, local string, text []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.Dir(local), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(local, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(local))
	}
	return nil
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
