package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/ingest"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// importLong is what the kinds of import have in common.
const importLong = `
A PATH is a file, or a folder of which every %[1]s counts. Each becomes a cassette and
a scenario that is drafted from it: DIR/cassettes/NAME.yaml and
DIR/scenarios/NAME.yaml, NAME being the file's name.

%[2]s
What cannot be imported is a finding. A file that exists is not overwritten without
--force. Of many files those that can be read are imported; the others are reported, and
the exit status is 2.
`

const recordedNote = `Exchanges with hosts that are not Graph's, and to which no answer leads, are left out,
with a count for each host. --also HOST, or hosts: {record: [HOST]} in rules.yaml, names
one that belongs to the cassette.
What is imported is redacted as rules.yaml says: secrets always, people, tenants and
content unless a class is off. Notes say what was replaced.
`

// importKind is a tool whose recordings can be imported.
type importKind struct {
	*importer.Format
	note  string // what is unlike other kinds
	hosts bool   // it may hold exchanges with any host
	read  func(pages *judge.Pages, r importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error)
}

// reader reads recordings by the project's rules, and by --also.
func (f *importFlags) reader(p *project.Project) (importer.Reader, error) {
	_, err := f.also.set(f.name(), p)
	return importer.Reader{Refused: p.Rules.Hosts.Refuse, Known: func() *hosts.Set {
		set, _ := f.also.set(f.name(), p) // was checked
		return set
	}}, err
}

func newImport(std Streams, dirs *projectFlags) *cobra.Command {
	var names []string
	var below []*cobra.Command
	for _, kind := range importKinds() {
		names = append(names, string(kind.Kind))
		below = append(below, newImportOf(kind, std, dirs))
	}
	missing := fault.Error{Message: "import: name what to import", Hint: "graphvcr import " + strings.Join(names, "|") + " PATH... --out DIR"}
	return parent("import", "Turn other tools' recordings into cassettes and scenarios", missing, below...)
}

func newImportOf(kind importKind, std Streams, dirs *projectFlags) *cobra.Command {
	opts := importFlags{kind: kind}
	line := "graphvcr import " + string(kind.Kind) + " "
	cmd := &cobra.Command{
		Use:     string(kind.Kind) + " PATH... --out DIR",
		Short:   kind.Short,
		Long:    kind.About + fmt.Sprintf(importLong, "*"+kind.Ends[0], kind.note),
		Example: "  " + line + strings.Join(kind.Examples, "\n  "+line),
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE:    opts.report.on(std, dirs, opts.run),
	}
	cmd.Flags().StringVar(&opts.out, "out", "", "`folder` that gets cassettes/ and scenarios/")
	cmd.Flags().BoolVar(&opts.force, "force", false, "overwrite files that exist")
	if kind.hosts {
		opts.also.register(cmd.Flags())
	}
	opts.report.register(cmd.Flags())
	return cmd
}

type importFlags struct {
	kind   importKind
	report reportFlags
	also   alsoFlag
	out    string
	force  bool
}

func (f *importFlags) name() string { return "import " + string(f.kind.Kind) }

func (f *importFlags) run(_ context.Context, t *task) (*report.Suite, error) {
	if f.out == "" {
		return nil, &fault.Error{Message: f.name() + ": --out: no folder given", Hint: "--out . writes to cassettes/ and scenarios/ here"}
	}
	from, err := f.reader(t.project)
	if err != nil {
		return nil, err
	}
	pages := judge.NewPages(t.project)
	options := ingest.Options{Command: f.name(), Extensions: f.kind.Ends, Out: filepath.ToSlash(f.out), Force: f.force,
		Read: func(file, name string, clean ingest.Cleaner) (*importer.Result, error) {
			return f.kind.read(pages, from, file, name, clean)
		}}
	return &report.Suite{Command: "import", Cases: ingest.Run(t.project, pages, t.args, options)}, nil
}

// importKinds are the formats that are read, and documentation.
func importKinds() []importKind {
	var kinds []importKind
	for _, format := range importer.Formats() {
		kinds = append(kinds, importKind{
			Format: format, note: recordedNote, hosts: true,
			read: func(_ *judge.Pages, r importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error) {
				return r.Read(format, file, name, clean)
			},
		})
	}
	return append(kinds, docsKind())
}

func docsKind() importKind {
	format := &importer.Format{
		Kind: "docs", Ends: []string{".md"},
		Short: "Import examples of Microsoft Graph's documentation (Markdown)",
		About: `Turns the examples on pages of Graph's documentation into cassettes and scenarios: each
pair of a request and an answer is a step, with the permissions that the page lists and,
where the project has its schema, the type. Annotations of API Doctor are read, pages
without any as well. Where a page contradicts itself, or the metadata that the project
has (graphvcr schema generate), findings say so with the line.
`,
		Examples: []string{"teamsasyncoperation-get.md --out .", "microsoft-graph-docs/api-reference/beta --out /tmp/imported --report json"},
	}
	return importKind{
		Format: format,
		note: `Documentation is redacted of secrets only: its people are invented, and its ids stay
recognisable. Notes say what was replaced, and what was repaired.
`,
		read: func(pages *judge.Pages, _ importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error) {
			return importer.Docs(file, name, importer.DocsOptions{Clean: clean, Holds: pages.Holds})
		},
	}
}
