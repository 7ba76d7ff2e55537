package project

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/report"
)

// RuleTidied is the rule of an interaction that tidying removed.
const RuleTidied report.Rule = "tidy.removed"

// Tidy removes from cassettes what no replay needs: interactions that none of the
// project's scenarios asks for, and the repeats of a poll that saw the same state
// again. A cassette without a scenario that passes is left alone. The suite has a
// case for each file, also for one that cannot be read; nothing is written when dry.
func (p *Project) Tidy(ctx context.Context, files []string, dry bool) (*report.Suite, error) {
	replayed, err := p.Replay(ctx, Selection{})
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
			if f.Rule == RuleUnused && f.Cassette.File == file && f.Interaction != nil {
				unused[file][*f.Interaction] = true
			}
		}
	}
	suite := &report.Suite{Command: "tidy", Cases: Each(ruleTidyFailed, files, func(file string) (report.Case, error) {
		drop, known := unused[filepath.ToSlash(file)]
		return p.tidyFile(file, drop, known, dry)
	})}
	suite.Finish()
	return suite, nil
}

func (p *Project) tidyFile(file string, drop map[int]bool, known, dry bool) (report.Case, error) {
	told := report.Case{Name: file, File: file}
	c, err := cassette.Load(file)
	if err != nil {
		return told, err
	}
	if !known {
		told.Findings = append(told.Findings, report.Finding{
			Rule: ruleTidySkipped, Severity: report.Note, Place: report.Place{File: file},
			Message: "left alone: no scenario that passes uses it, so what it needs is not known",
		})
		return told, nil
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
		told.Findings = append(told.Findings, report.Finding{
			Rule: RuleTidied, Severity: report.Note, Place: report.Place{File: file, Line: i.Line}, Interaction: &i.ID,
			Message: fmt.Sprintf("removed %s %s: %s", i.Request.Method, i.Request.URL, why),
		})
	}
	if dry || len(kept) == len(c.Interactions) {
		return told, nil
	}
	c.Interactions = kept
	for n, i := range kept {
		i.ID = n
	}
	adopt(c)
	return told, c.Save(file, p.guard)
}

// sameState reports whether a read is the one before it over again: a poll that saw
// no change. What differs in the headers, such as the date, is no change.
func sameState(before, i *cassette.Interaction) bool {
	return i.Request.Method == "GET" && before.Request.Method == "GET" && before.Request.URL == i.Request.URL &&
		before.Response.Code == i.Response.Code && before.Response.Body == i.Response.Body && i.Principal == before.Principal
}

// Store writes a cassette back to the file that it was loaded from, unless it would leak.
func (p *Project) Store(c *cassette.Cassette) error { return c.Save(c.File, p.guard) }

// guard refuses a cassette that holds a secret.
func (p *Project) guard(c *cassette.Cassette) error {
	leaks, err := redact.Leaks(c, p.Rules.Redact)
	if err != nil {
		return err
	}
	for _, leak := range leaks {
		if leak.Level == redact.Blocks {
			return &fault.Error{
				Place:   fault.Place(report.Place{File: c.File, Line: leak.Line}),
				Message: leak.String(),
				Hint:    "graphvcr redact " + c.File,
			}
		}
	}
	return nil
}
