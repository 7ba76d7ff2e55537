package cli

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
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
	read              func(pages *judge.Pages, r importer.Reader, file, name string, clean cleaner) (*importer.Result, error)
}

// cleaner takes out of a cassette what is not to be stored.
type cleaner = func(*cassette.Cassette) error

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
		Use:     "import",
		Short:   "Turn other tools' recordings into cassettes and scenarios",
		Example: "  graphvcr import vcrpy tests/recordings --out .\n  graphvcr import har graph-explorer.har --out .\n  graphvcr import docs microsoft-graph-docs/api-reference/beta/api --out .",
		Args:    noSubcommand,
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
	recordings := f.kind.recordings(paths)
	f.checkTargets(recordings)
	p, err := dirs.open()
	if err != nil {
		return err
	}
	from, err := f.reader(p)
	if err != nil {
		return err
	}
	pages := judge.NewPages(p)
	each(recordings, runtime.GOMAXPROCS(0), func(r *recording) error {
		return r.read(p, pages, f.kind, from, path.Join(filepath.ToSlash(f.out), "cassettes"))
	})
	tellMethods(recordings)
	each(recordings, 16, f.write) // it waits for disks more than it computes
	suite := &report.Suite{Command: "import"}
	for i := range recordings {
		suite.Cases = append(suite.Cases, recordings[i].told())
	}
	return out.finish(suite)
}

// recording is one file to import, or a path at which there is none.
type recording struct {
	file, name string
	err        error // why it is not imported
	result     *importer.Result
	redacted   []report.Finding
	judged     []report.Finding
	types      []string // of the answers, where documentation or metadata has them
	guard      cassette.Guard
}

// each does the next thing with all recordings that came so far, some at a time. An error
// is that recording's alone.
func each(recordings []recording, workers int, do func(*recording) error) {
	_ = wire.Parallel(len(recordings), workers, func(i int) error {
		if r := &recordings[i]; r.err == nil {
			r.err = do(r)
		}
		return nil
	})
}

// read reads the file, for the folder of cassettes that it goes to, and judges what is in it.
func (r *recording) read(p *project.Project, pages *judge.Pages, kind importKind, from importer.Reader, folder string) (err error) {
	redacted := func(c *cassette.Cassette) (err error) {
		if r.redacted, r.guard, err = clean.Cassette(p, c, folder); err != nil {
			return err
		}
		return r.guard(c) // now, before any file is written
	}
	if r.result, err = kind.read(pages, from, r.file, r.name, redacted); err != nil {
		return err
	}
	return r.judge(p, pages)
}

// recordings lists the files at paths, sorted by name. Those that would get one name are
// not imported.
func (k importKind) recordings(paths []string) []recording {
	var all []recording
	for _, at := range paths {
		before := len(all)
		err := project.Walk(at, func(file string) error {
			name, err := filepath.Rel(at, file)
			switch {
			case err != nil:
				return err
			case name == ".":
				name = filepath.Base(file)
			case !slices.ContainsFunc(k.extensions, func(end string) bool { return strings.HasSuffix(strings.ToLower(file), end) }):
				return nil
			}
			all = append(all, recording{file: file, name: recordingName(name)})
			return nil
		})
		switch {
		case err != nil:
			all = append(all, recording{file: at, name: at, err: &fault.Error{Message: "find recordings", Cause: err}})
		case len(all) == before:
			all = append(all, recording{file: at, name: at, err: fmt.Errorf("no recordings (*%s) in %s", k.extensions[0], at)})
		}
	}
	slices.SortFunc(all, func(a, b recording) int { return strings.Compare(a.name+"\x00"+a.file, b.name+"\x00"+b.file) })
	all = slices.CompactFunc(all, func(a, b recording) bool { return a.file == b.file })
	for i := 1; i < len(all); i++ {
		if all[i].name == all[i-1].name {
			all[i].err = &fault.Error{
				Message: fmt.Sprintf("%s and %s would both be called %s", all[i-1].file, all[i].file, all[i].name),
				Hint:    "import them one by one with different --out, or rename one",
			}
			all[i-1].err = all[i].err
		}
	}
	return all
}

// recordingName is a path without its extension, of letters, digits and what needs
// no quoting on any system.
func recordingName(file string) string {
	name := filepath.ToSlash(strings.TrimSuffix(file, filepath.Ext(file)))
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) || strings.ContainsRune("-_./", r) {
			return r
		}
		return '-'
	}, name)
}

func (f *importFlags) cassette(name string) string {
	return path.Join(filepath.ToSlash(f.out), "cassettes", name+".yaml")
}

func (f *importFlags) scenario(name string) string {
	return path.Join(filepath.ToSlash(f.out), "scenarios", name+".yaml")
}

// checkTargets refuses to overwrite.
func (f *importFlags) checkTargets(recordings []recording) {
	if f.force {
		return
	}
	each(recordings, 1, func(r *recording) error {
		for _, file := range []string{f.cassette(r.name), f.scenario(r.name)} {
			if _, err := os.Lstat(file); err == nil {
				return &fault.Error{Message: fmt.Sprintf("%s: %s exists", f.name(), file), Hint: "--force overwrites; another --out leaves it alone"}
			}
		}
		return nil
	})
}

// told is what the report says of a recording.
func (r *recording) told() report.Case {
	if r.err != nil {
		return project.CouldNotRun(r.name, r.file, ruleImportFailed, r.err)
	}
	c := report.Case{Name: r.name, File: r.file, Findings: slices.Concat(r.result.Findings, r.redacted, r.judged)}
	switch n := len(r.result.Cassette.Interactions); n {
	case 0:
		c.Name = r.name + " (nothing to import, nothing written)"
	case 1:
		c.Name = r.name + " (1 interaction)"
	default:
		c.Name = fmt.Sprintf("%s (%d interactions)", r.name, n)
	}
	return c
}

func (f *importFlags) write(r *recording) error {
	if len(r.result.Cassette.Interactions) == 0 {
		return nil
	}
	cassette, scenario := f.cassette(r.name), f.scenario(r.name)
	for _, file := range []string{cassette, scenario} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return &fault.Error{Message: f.name(), Cause: err}
		}
	}
	if err := r.result.Cassette.Save(cassette, r.guard); err != nil {
		return err
	}
	if err := replaceFile(scenario, r.result.Scenario); err != nil {
		return &fault.Error{Message: f.name(), Cause: err}
	}
	return nil
}
