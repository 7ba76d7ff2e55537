package cli

import (
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
	name, short, long string
	examples          []string
	extensions        []string // ends of the names of files that count in a folder, in lower case
	note              string   // what is unlike other kinds
	hosts             bool     // it may hold exchanges with any host
	read              func(pages *judge.Pages, r importer.Reader, file, name string, clean ingest.Cleaner) (*importer.Result, error)
}

// reader reads recordings by the project's rules, and by --also.
func (f *importFlags) reader(p *project.Project) (importer.Reader, error) {
	known := func() *hosts.Set {
		set, _ := f.also.set(f.name(), p) // was checked
		return set
	}
	_, err := f.also.set(f.name(), p)
	return importer.Reader{Known: known, Refused: p.Rules.Hosts.Refuse}, err
}

func newImport(std streams, dirs *projectFlags) *cobra.Command {
	kinds := importKinds()
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = kind.name
	}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Turn other tools' recordings into cassettes and scenarios",
		Args:  noSubcommand,
		RunE: func(*cobra.Command, []string) error {
			return &fault.Error{Message: "import: name what to import", Hint: "graphvcr import " + strings.Join(names, "|") + " PATH... --out DIR"}
		},
	}
	for _, kind := range kinds {
		cmd.AddCommand(newImportOf(kind, std, dirs))
	}
	return cmd
}

func newImportOf(kind importKind, std streams, dirs *projectFlags) *cobra.Command {
	opts := importFlags{kind: kind}
	line := "graphvcr import " + kind.name + " "
	cmd := &cobra.Command{
		Use:     kind.name + " PATH... --out DIR",
		Short:   kind.short,
		Long:    kind.long + fmt.Sprintf(importLong, "*"+kind.extensions[0], kind.note),
		Example: "  " + line + strings.Join(kind.examples, "\n  "+line),
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE:    func(_ *cobra.Command, args []string) error { return opts.run(std, dirs, args) },
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

func (f *importFlags) name() string { return "import " + f.kind.name }

func (f *importFlags) run(std streams, dirs *projectFlags, paths []string) error {
	out, err := f.report.parse(std)
	if err != nil {
		return err
	}
	if f.out == "" {
		return &fault.Error{Message: f.name() + ": --out: no folder given", Hint: "--out . writes to cassettes/ and scenarios/ here"}
	}
	p, err := dirs.open()
	if err != nil {
		return err
	}
	from, err := f.reader(p)
	if err != nil {
		return err
	}
	pages := judge.NewPages(p)
	options := ingest.Options{Command: f.name(), Extensions: f.kind.extensions, Out: filepath.ToSlash(f.out), Force: f.force,
		Read: func(file, name string, clean ingest.Cleaner) (*importer.Result, error) {
			return f.kind.read(pages, from, file, name, clean)
		}}
	return out.finish(&report.Suite{Command: "import", Cases: ingest.Run(p, pages, paths, options)})
}
