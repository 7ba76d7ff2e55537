package lint

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Run checks the files and folders at paths; none: the whole project. A path at which there
// is nothing, and a folder that cannot be read, is a case of its own; it is the error where
// there is no other. So is a cancelled context. The suite is finished.
func Run(ctx context.Context, p *project.Project, paths []string) (*report.Suite, error) {
	files, unfound := collect(p, paths)
	if len(files) == 0 && unfound != nil {
		return nil, unfound
	}
	all := cases{}
	for _, f := range files {
		all[f.name] = &report.Case{Name: f.name, File: f.name}
	}
	l := &linter{p, all, map[string]named{}, map[string]*schema.Set{p.Dirs.Schemas: p.Schemas}}
	if err := l.checkEach(ctx, files); err != nil {
		return nil, err
	}
	if err := checkTogether(ctx, l, files); err != nil {
		return nil, err
	}
	suite := &report.Suite{Command: "lint", Cases: project.NotFound(ruleLintPath, unfound)}
	for _, c := range all {
		if slices.ContainsFunc(c.Findings, unread) {
			c.Status = report.Errored
		}
		suite.Cases = append(suite.Cases, *c)
	}
	suite.Finish()
	return suite, nil
}

// unread reports whether a finding is that a file could not be read at all, or is empty: a
// fault within it has a place.
func unread(f report.Finding) bool {
	return f.Rule.Name() == "load" && f.Severity == report.Error && f.Place.Line == 0 && f.Cassette.Line == 0
}

// cases gathers findings by file. Findings about files that were not asked for are dropped.
type cases map[string]*report.Case

func (c cases) add(file string, findings ...report.Finding) {
	if one := c[file]; one != nil {
		one.Findings = append(one.Findings, findings...)
	}
}

// linter checks what a file says by itself.
type linter struct {
	project *project.Project
	cases
	scenarios map[string]named       // that were loaded, by file
	schemas   map[string]*schema.Set // that were opened, by folder
}

// checkEach checks file after file.
func (l *linter) checkEach(ctx context.Context, files []file) error {
	names := writtenLeaks{l}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("lint: %w", err)
		}
		var err error
		rule := ruleSchemaLoad
		switch f.kind {
		case isScenario:
			names.path(f.name)
			l.checkScenario(f.name)
		case isCassette:
			names.path(f.name)
			l.checkCassette(f.name)
		case isForeign:
			names.path(f.name)
			l.checkForeign(f)
		case isSchema:
			l.checkSchema(f.name)
		case isIndex:
			_, err = route.Load(f.name)
		case isRules:
			rule = ruleRulesLoad
			_, err = project.LoadRules(f.name)
		case isAcceptances:
			rule = ruleDriftLoad
			_, err = drift.LoadAcceptances(f.name)
		case isUnknown:
			l.add(f.name, report.Finding{
				Rule: ruleLintUnknown, Severity: report.Warning, Place: report.Place{File: f.name},
				Message: "is neither a scenario (no steps:) nor a cassette (no interactions:)",
			})
		}
		if err != nil {
			l.add(f.name, project.Findings(rule, f.name, err)...)
		}
	}
	return nil
}

// checkSchema has the set that a schema belongs to compile it, and warns of names in it that are
// probably misspelt.
func (l *linter) checkSchema(file string) {
	dir := path.Dir(file)
	api, typ := path.Base(dir), strings.TrimSuffix(path.Base(file), ".json")
	set, err := l.schemas[path.Dir(dir)], error(nil)
	if set == nil {
		set, err = schema.Open(path.Dir(dir))
		l.schemas[path.Dir(dir)] = set
	}
	if err == nil {
		_, err = set.Validate(api, typ, map[string]any{}, schema.Options{})
	}
	if err != nil {
		l.add(file, project.Findings(ruleSchemaLoad, file, err)...)
		return
	}
	for _, f := range project.Findings(conform.SchemaRule(schema.RuleType), file, set.Suspects(api, typ)) {
		f.Severity = report.Warning
		l.add(file, f)
	}
}

func (l *linter) checkScenario(file string) {
	sc, err := l.project.Scenario(file)
	l.scenarios[file] = namedOf(l.project, file, sc)
	if err != nil {
		l.add(file, project.Findings(project.RuleScenarioLoad, file, err)...)
		return
	}
	writtenLeaks{l}.scenario(file, sc)
	if _, err := l.project.CassetteFile(sc.Cassette); err != nil {
		l.add(file, project.Findings(ruleScenarioCassette, file, err)...)
	}
	for _, doubt := range sc.Doubts {
		l.add(file, report.Finding{
			Rule: ruleScenarioKeyword, Severity: report.Warning, Place: report.Place{File: file, Line: doubt.Line},
			Message: doubt.Message, Hint: doubt.Hint,
		})
	}
	for _, step := range sc.AllSteps() {
		l.checkSchemaNames(sc, &step)
		l.checkBodyFiles(sc, &step)
	}
}

// checkBodyFiles reports bodies that are not there to be sent.
func (l *linter) checkBodyFiles(sc *scenario.Scenario, step *scenario.Step) {
	names := []string{step.Request.BodyFile}
	for _, part := range step.Request.Multipart {
		names = append(names, part.BodyFile)
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		file := path.Join(path.Dir(filepath.ToSlash(sc.File)), name)
		if !exists(file) {
			l.add(sc.File, report.Finding{
				Rule: ruleScenarioBodyFile, Severity: report.Error, Step: step.Name,
				Place:   report.Place{File: sc.File, Line: step.Request.Line},
				Message: fmt.Sprintf("there is no body file %s", file),
				Hint:    "a bodyFile is named by its path below the scenario's folder",
			})
		}
	}
}

// checkSchemaNames reports the types that a step names and no schema describes.
func (l *linter) checkSchemaNames(sc *scenario.Scenario, step *scenario.Step) {
	for _, e := range append([]scenario.Expect{step.Expect}, slices.Collect(maps.Values(step.Parts))...) {
		if e.Schema == "" || l.project.Schemas.Has(step.API, e.Schema) {
			continue
		}
		finding := report.Finding{
			Rule: ruleScenarioSchema, Severity: report.Error, Step: step.Name,
			Place:   report.Place{File: sc.File, Line: e.Line},
			Message: fmt.Sprintf("no schema for type %q in api %q", e.Schema, step.API),
		}
		// Validating asks for the same schema and so explains what is missing.
		if _, err := l.project.Schemas.Validate(step.API, e.Schema, nil, schema.Options{}); err != nil {
			finding.Hint = report.Problems(err)[0].Hint
		}
		l.add(sc.File, finding)
	}
}

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
			l.add(file, report.Finding{
				Rule: ruleScenarioName, Severity: report.Error, Place: report.Place{File: file},
				Message: fmt.Sprintf("the name %q is also that of %s", name, others(files, i)),
				Hint:    "give each scenario a name of its own, so that --run and reports tell them apart",
			})
		}
	}
}

// others lists all files but one, the first few by name.
func others(files []string, but int) string {
	const most = 5
	first := slices.Clone(files[:min(len(files), most+1)])
	if but < len(first) {
		first = slices.Delete(first, but, but+1)
	} else {
		first = first[:most]
	}
	text := strings.Join(first, ", ")
	if more := len(files) - 1 - len(first); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
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
