package lint

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// together checks what only several files together can have wrong.
type together struct{ *linter }

func checkTogether(ctx context.Context, each *linter, files []file) error {
	l := together{each}
	everything, _ := l.project.Files() // an empty or missing folder has no scenarios
	scenarios := slices.Clone(everything)
	for _, f := range files {
		if f.kind == isScenario && !slices.Contains(everything, f.name) {
			scenarios = append(scenarios, f.name)
		}
	}
	known := l.known(scenarios)
	l.duplicates(known)
	l.orphans(files, known)
	return l.unused(ctx, everything, scenarios)
}

// named is what other files need to know of a scenario.
type named struct {
	file     string
	name     string // "" where the file gives it none
	cassette string
}

// namedOf is what is known of a scenario; nil is one that does not load, which still has the
// cassette that is called like it.
func namedOf(p *project.Project, file string, sc *scenario.Scenario) named {
	n := named{file: file}
	if sc == nil {
		if rel, err := filepath.Rel(p.Dirs.Scenarios, file); err == nil {
			n.cassette = path.Join(p.Dirs.Cassettes, filepath.ToSlash(rel))
		}
		return n
	}
	if base := strings.TrimSuffix(path.Base(file), path.Ext(file)); sc.Name != base { // which other folders may well repeat
		n.name = sc.Name
	}
	n.cassette, _ = p.CassetteFile(sc.Cassette)
	return n
}

// known is what is known of scenarios. What was checked by itself is not loaded again.
func (l together) known(files []string) []named {
	all := make([]named, len(files))
	for i, file := range files {
		n, ok := l.scenarios[file]
		if !ok {
			sc, _ := l.project.Scenario(file)
			n = namedOf(l.project, file, sc)
		}
		all[i] = n
	}
	return all
}

// duplicates reports the scenarios that share a name.
func (l together) duplicates(all []named) {
	byName := map[string][]string{}
	for _, n := range all {
		if n.name != "" {
			byName[n.name] = append(byName[n.name], n.file)
		}
	}
	for name, files := range byName {
		for i, file := range files {
			if len(files) == 1 {
				break
			}
			others := slices.Delete(slices.Clone(files), i, i+1)
			l.add(file, report.Finding{
				Rule: ruleScenarioName, Severity: report.Error, Place: report.Place{File: file},
				Message: fmt.Sprintf("the name %q is also that of %s", name, strings.Join(others, ", ")),
				Hint:    "give each scenario a name of its own, so that --run and reports tell them apart",
			})
		}
	}
}

// orphans reports the cassettes of the project that no scenario uses. It says
// nothing of a project without scenarios, whose cassettes Go tests may use.
func (l together) orphans(files []file, all []named) {
	used := map[string]bool{}
	for _, n := range all {
		used[n.cassette] = true
	}
	for _, f := range files {
		if f.kind == isCassette && project.IsBelow(l.project.Dirs.Cassettes, f.name) && len(all) > 0 && !used[f.name] {
			l.add(f.name, report.Finding{
				Rule: ruleCassetteOrphan, Severity: report.Warning, Place: report.Place{File: f.name},
				Message: "no scenario uses this cassette",
				Hint:    "remove it, or write a scenario for it: graphvcr new scenario NAME",
			})
		}
	}
}

// unused replays the scenarios for what they leave over. That they may also
// fail is not lint's to say.
func (l together) unused(ctx context.Context, everything, all []string) error {
	selections := [][]string{nil, all[len(everything):]}
	for i, paths := range selections {
		if i == 0 && len(everything) == 0 || i == 1 && len(paths) == 0 {
			continue
		}
		suite, err := replay.Run(ctx, l.project, replay.Selection{Paths: paths})
		if err != nil {
			return fmt.Errorf("lint: %w", err)
		}
		for _, c := range suite.Cases {
			for _, f := range c.Findings {
				if f.Rule == replay.RuleUnused || f.Rule == replay.RuleLeftover {
					home := f.Cassette.File // if it is being linted
					if l.cases[home] == nil {
						home = c.File
					}
					l.add(home, f)
				}
			}
		}
	}
	return nil
}
