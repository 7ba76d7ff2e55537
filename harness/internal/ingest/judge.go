package ingest

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// judge compares a recording with what the project knows of Graph.
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

// withoutSame leaves out notes at places of which something more telling is said.
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
		if recordings[i].err != nil {
			continue
		}
		pages[filepath.ToSlash(filepath.Clean(recordings[i].file))] = &recordings[i]
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
