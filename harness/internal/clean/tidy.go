package clean

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of tidying.
const (
	ruleTidied      report.Rule = "tidy.removed"
	ruleTidyFailed  report.Rule = "tidy.failed"
	ruleTidySkipped report.Rule = "tidy.skipped"
)

// Tidy removes from cassettes what no replay needs: interactions that none of the
// project's scenarios asks for, and the repeats of a poll that saw the same state
// again. A cassette without a scenario that passes is left alone. The suite has a
// case for each file, also for one that cannot be read; nothing is written when dry.
func Tidy(ctx context.Context, p *project.Project, files []string, dry bool) (*report.Suite, error) {
	replayed, err := replay.Run(ctx, p, replay.Selection{})
	if err != nil {
		return nil, err
	}
	unused := map[string]map[int]bool{} // by file; a file with a passing scenario has an entry
	for _, c := range replayed.Cases {
		sc, err := p.Scenario(c.File)
		if err != nil || c.Status != report.Passed {
			continue
		}
		file, err := p.CassetteFile(sc.Cassette)
		if err != nil {
			continue
		}
		if unused[file] == nil {
			unused[file] = map[int]bool{}
		}
		for _, f := range c.Findings {
			if f.Rule == replay.RuleUnused && f.Cassette.File == file && f.Interaction != nil {
				unused[file][*f.Interaction] = true
			}
		}
	}
	suite := &report.Suite{Command: "tidy", Cases: project.Each(ruleTidyFailed, files, func(file string) (report.Case, error) {
		drop, known := unused[filepath.ToSlash(file)]
		return tidyFile(p, file, drop, known, dry)
	})}
	suite.Finish()
	return suite, nil
}

func tidyFile(p *project.Project, file string, drop map[int]bool, known, dry bool) (report.Case, error) {
	result := report.Case{Name: file, File: file}
	c, err := cassette.Load(file)
	if err != nil {
		return result, err
	}
	if !known {
		result.Findings = append(result.Findings, report.Finding{
			Rule: ruleTidySkipped, Severity: report.Note, Place: report.Place{File: file},
			Message: "left alone: no scenario that passes uses it, so what it needs is not known",
		})
		return result, nil
	}
	var kept []*cassette.Interaction
	for _, i := range c.Interactions {
		why := ""
		switch {
		case drop[i.ID]:
			why = "no scenario asks for it"
		case len(kept) > 0 && sameState(kept[len(kept)-1], i):
			why = "a poll that saw the same again"
		default:
			kept = append(kept, i)
			continue
		}
		result.Findings = append(result.Findings, report.Finding{
			Rule: ruleTidied, Severity: report.Note, Place: report.Place{File: file, Line: i.Line}, Interaction: &i.ID,
			Message: fmt.Sprintf("removed %s %s: %s", i.Request.Method, i.Request.URL, why),
		})
	}
	if dry || len(kept) == len(c.Interactions) {
		return result, nil
	}
	c.Interactions = kept
	for n, i := range kept {
		i.ID = n
	}
	adopt(c)
	return result, c.Save(file, p.Guard)
}

// sameState reports whether a read is the one before it over again: a poll that saw
// no change. What differs in the headers, such as the date, is no change.
func sameState(before, i *cassette.Interaction) bool {
	return i.Request.Method == "GET" && before.Request.Method == "GET" && before.Request.URL == i.Request.URL &&
		before.Response.Code == i.Response.Code && before.Response.Body == i.Response.Body && i.Principal == before.Principal
}
