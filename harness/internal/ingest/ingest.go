package ingest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Cleaner takes out of a cassette what is not to be stored.
type Cleaner = func(*cassette.Cassette) error

// Options say what is imported, and where to.
type Options struct {
	Command    string // is named by errors
	Read       func(file, name string, clean Cleaner) (*importer.Result, error)
	Extensions []string // ends of the names of files that count in a folder, in lower case
	Out        string   // the folder that gets cassettes/ and scenarios/
	Force      bool     // overwrite files that exist
}

// The rules of what is imported.
const (
	ruleDocsMethod   report.Rule = "docs.method"
	ruleImportFailed report.Rule = "import.failed"
)

// Run imports the files at paths. There is a case for each, also for one that fails and for a
// path at which there is none.
func Run(p *project.Project, pages *judge.Pages, paths []string, o Options) []report.Case {
	all := find(paths, o.Extensions)
	each(all, 1, o.refuseExisting)
	each(all, runtime.GOMAXPROCS(0), func(r *recording) error { return r.read(p, pages, o) })
	compareMethods(all)
	each(all, 16, o.write) // it waits for disks more than it computes
	cases := make([]report.Case, len(all))
	for i := range all {
		cases[i] = all[i].result()
	}
	return cases
}

// recording is one file to import, or a path at which there is none.
type recording struct {
	file, name string
	err        error // why it is not imported
	imported   *importer.Result
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

func (r *recording) read(p *project.Project, pages *judge.Pages, o Options) (err error) {
	redacted := func(c *cassette.Cassette) (err error) {
		if r.redacted, r.guard, err = clean.Cassette(p, c, path.Join(o.Out, "cassettes")); err != nil {
			return err
		}
		return r.guard(c) // now, before any file is written
	}
	if r.imported, err = o.Read(r.file, r.name, redacted); err != nil {
		return err
	}
	return r.judge(p, pages)
}

// find lists the files at paths, sorted by name. Those that would get one name are not imported.
func find(paths, extensions []string) []recording {
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
			case !slices.ContainsFunc(extensions, func(end string) bool { return strings.HasSuffix(strings.ToLower(file), end) }):
				return nil
			}
			all = append(all, recording{file: file, name: Name(name)})
			return nil
		})
		switch {
		case err != nil:
			all = append(all, recording{file: at, name: at, err: &fault.Error{Message: "find recordings", Cause: err}})
		case len(all) == before:
			all = append(all, recording{file: at, name: at, err: fmt.Errorf("no recordings (*%s) in %s", extensions[0], at)})
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

// Name is a path without its extension, of letters, digits and what needs
// no quoting on any system.
func Name(file string) string {
	name := filepath.ToSlash(strings.TrimSuffix(file, filepath.Ext(file)))
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) || strings.ContainsRune("-_./", r) {
			return r
		}
		return '-'
	}, name)
}

func (o *Options) targets(name string) (cassette, scenario string) {
	return path.Join(o.Out, "cassettes", name+".yaml"), path.Join(o.Out, "scenarios", name+".yaml")
}

func (o *Options) refuseExisting(r *recording) error {
	cassette, scenario := o.targets(r.name)
	for _, file := range []string{cassette, scenario} {
		if _, err := os.Lstat(file); err != nil {
			continue
		}
		if !o.Force {
			return &fault.Error{Message: fmt.Sprintf("%s: %s exists", o.Command, file), Hint: "--force overwrites; another --out leaves it alone"}
		}
		if below, err := filepath.Rel(o.Out, file); err != nil || project.LeadsOut(o.Out, below) {
			return &fault.Error{Message: fmt.Sprintf("%s: %s leads out of %s", o.Command, file, o.Out), Hint: "remove the link, or give another --out"}
		}
	}
	return nil
}

func (r *recording) result() report.Case {
	if r.err != nil {
		return project.CouldNotRun(r.name, r.file, ruleImportFailed, r.err)
	}
	c := report.Case{Name: r.name, File: r.file, Findings: slices.Concat(r.imported.Findings, r.redacted, r.judged)}
	if n := len(r.imported.Cassette.Interactions); n == 0 {
		c.Name += " (nothing to import, nothing written)"
	} else {
		c.Name += " (" + fault.Count(n, "interaction") + ")"
	}
	return c
}

func (o *Options) write(r *recording) error {
	if len(r.imported.Cassette.Interactions) == 0 {
		return nil
	}
	cassette, scenario := o.targets(r.name)
	for _, file := range []string{cassette, scenario} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return &fault.Error{Message: o.Command, Cause: err}
		}
	}
	if err := r.imported.Cassette.Save(cassette, r.guard); err != nil {
		return err
	}
	if err := wire.Replace(scenario, 0o644, wire.Whole(r.imported.Scenario)); err != nil {
		return &fault.Error{Message: o.Command, Cause: err}
	}
	return nil
}

func (r *recording) judge(p *project.Project, pages *judge.Pages) (err error) {
	if r.judged, err = judge.Cassette(p.Answers, r.imported.Cassette, r.file); err != nil || len(r.imported.Examples) == 0 {
		return err
	}
	types := make([]string, len(r.imported.Examples))
	for n, e := range r.imported.Examples {
		types[n] = e.Type
	}
	types, documented, err := pages.Types(r.imported.Cassette, types, r.file)
	r.types, r.judged = types, append(withoutSame(r.judged, documented), documented...)
	r.imported.Locate(r.judged)
	return err
}

// withoutSame leaves out notes at places of which something worse is reported.
func withoutSame(notes, findings []report.Finding) []report.Finding {
	return slices.DeleteFunc(notes, func(note report.Finding) bool {
		return note.Severity == report.Note && note.Where != "" && slices.ContainsFunc(findings, func(f report.Finding) bool {
			return f.Severity > report.Note && f.Where == note.Where && f.Interaction != nil && note.Interaction != nil && *f.Interaction == *note.Interaction
		})
	})
}

// compareMethods compares what pages of resources say that a call returns with what the
// page of the call shows.
func compareMethods(recordings []recording) {
	pages := map[string]*recording{}
	for i := range recordings {
		if r := &recordings[i]; r.err == nil {
			pages[filepath.ToSlash(filepath.Clean(r.file))] = r
		}
	}
	for i := range recordings {
		r := &recordings[i]
		if r.err != nil {
			continue
		}
		folder := path.Dir(path.Dir(filepath.ToSlash(filepath.Clean(r.file))))
		for _, m := range r.imported.Methods {
			called := pages[path.Join(folder, "api", m.Page)]
			if called == nil {
				continue
			}
			if shown := called.answers(); shown != "" && !strings.EqualFold(shown, m.Returns) {
				r.judged = append(r.judged, report.Finding{
					Rule: ruleDocsMethod, Severity: report.Warning, Place: report.Place{File: r.file, Line: m.Line},
					Value:   report.Value{Want: shown, Got: m.Returns},
					Message: fmt.Sprintf("the table says that %s returns %s, and that page shows %s (%s)", m.Page, m.Returns, shown, called.file),
				})
			}
		}
	}
}

// answers is the type of a page's first example that has one, without namespace; ""
// when there is none.
func (r *recording) answers() string {
	for n, typ := range r.types {
		if code := r.imported.Cassette.Interactions[n].Response.Code; code < 300 && strings.Contains(typ, ".") {
			return strings.TrimSuffix(typ[strings.LastIndexByte(typ, '.')+1:], ")") // of a collection, too
		}
	}
	return ""
}
