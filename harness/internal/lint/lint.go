package lint

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
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
	l := &linter{project: p, cases: map[string]*report.Case{}}
	for _, f := range files {
		l.cases[f.name] = &report.Case{Name: f.name, File: f.name}
	}
	if err := l.checkEach(ctx, files); err != nil {
		return nil, err
	}
	if err := l.checkTogether(ctx, files); err != nil {
		return nil, err
	}
	suite := &report.Suite{Command: "lint", Cases: project.NotFound(ruleLintPath, unfound)}
	for _, c := range l.cases {
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

// linter gathers findings by file. Findings about files that were not asked for
// are dropped.
type linter struct {
	project *project.Project
	cases   map[string]*report.Case
}

func (l *linter) add(file string, findings ...report.Finding) {
	if c := l.cases[file]; c != nil {
		c.Findings = append(c.Findings, findings...)
	}
}

// checkEach checks what a file says by itself.
func (l *linter) checkEach(ctx context.Context, files []file) error {
	schemas := schemaSets{project: l.project}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("lint: %w", err)
		}
		if f.kind == isScenario || f.kind == isCassette || f.kind == isHAR {
			l.tellPathLeaks(f.name)
		}
		switch f.kind {
		case isScenario:
			l.checkScenario(f.name)
		case isCassette:
			l.checkCassette(f.name)
		case isHAR:
			l.checkHAR(f.name)
		case isDevProxy:
			l.checkForeign(f.name, importer.KindDevProxy)
		case isAutoRest:
			l.checkForeign(f.name, importer.KindAutoRest)
		case isRubyVCR:
			l.checkForeign(f.name, importer.KindRubyVCR)
		case isSchema:
			l.checkSchema(&schemas, f.name)
		case isIndex:
			if _, err := route.Load(f.name); err != nil {
				l.add(f.name, project.Findings(ruleSchemaLoad, f.name, err)...)
			}
		case isRules:
			if _, err := project.LoadRules(f.name); err != nil {
				l.add(f.name, project.Findings(ruleRulesLoad, f.name, err)...)
			}
		case isAcceptances:
			if _, err := drift.LoadAcceptances(f.name); err != nil {
				l.add(f.name, project.Findings(ruleDriftLoad, f.name, err)...)
			}
		case isUnknown:
			l.add(f.name, report.Finding{
				Rule: ruleLintUnknown, Severity: report.Warning, Place: report.Place{File: f.name},
				Message: "is neither a scenario (no steps:) nor a cassette (no interactions:)",
			})
		}
	}
	return nil
}

func (l *linter) checkSchema(schemas *schemaSets, file string) {
	suspects, err := schemas.compile(file)
	if err != nil {
		l.add(file, project.Findings(ruleSchemaLoad, file, err)...)
	}
	for _, f := range project.Findings(conform.SchemaRule(schema.RuleType), file, suspects) {
		f.Severity = report.Warning
		l.add(file, f)
	}
}

func (l *linter) checkScenario(file string) {
	sc, err := l.project.Scenario(file)
	if err != nil {
		l.add(file, project.Findings(project.RuleScenarioLoad, file, err)...)
		return
	}
	l.tellScenarioLeaks(file, sc)
	if _, err := l.project.CassetteFile(sc.Cassette); err != nil {
		l.add(file, project.Findings(ruleScenarioCassette, file, err)...)
	}
	for _, doubt := range sc.Doubts {
		l.add(file, report.Finding{
			Rule: ruleScenarioKeyword, Severity: report.Warning, Place: report.Place{File: file, Line: doubt.Line},
			Message: doubt.Message, Hint: doubt.Hint,
		})
	}
	for _, steps := range [][]scenario.Step{sc.Steps, sc.Cleanup} {
		for i := range steps {
			l.checkSchemaNames(sc, &steps[i])
			l.checkBodyFiles(sc, &steps[i])
		}
	}
}

// checkBodyFiles tells of bodies that are not there to be sent.
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

// checkSchemaNames tells of the types that a step names and no schema describes.
func (l *linter) checkSchemaNames(sc *scenario.Scenario, step *scenario.Step) {
	api := sc.API
	if step.API != "" {
		api = step.API
	}
	expectations := []*scenario.Expect{step.Expect}
	for _, part := range step.Parts {
		expectations = append(expectations, part)
	}
	for _, e := range expectations {
		if e == nil || e.Schema == "" || l.project.Schemas.Has(api, e.Schema) {
			continue
		}
		finding := report.Finding{
			Rule: ruleScenarioSchema, Severity: report.Error, Step: step.Name,
			Place:   report.Place{File: sc.File, Line: e.Line},
			Message: fmt.Sprintf("no schema for type %q in api %q", e.Schema, api),
		}
		// Validating asks for the same schema and so explains what is missing.
		if _, err := l.project.Schemas.Validate(api, e.Schema, nil, schema.Options{}); err != nil {
			finding.Hint = report.Problems(err)[0].Hint
		}
		l.add(sc.File, finding)
	}
}

// checkTogether checks what only several files together can have wrong.
func (l *linter) checkTogether(ctx context.Context, files []file) error {
	everything, _ := l.project.Files() // an empty or missing folder has no scenarios
	all := slices.Clone(everything)
	for _, f := range files {
		if f.kind == isScenario && !slices.Contains(everything, f.name) {
			all = append(all, f.name)
		}
	}
	known := l.loadAll(all)
	l.tellDuplicates(known)
	l.tellOrphans(files, known)
	return l.tellUnused(ctx, everything, all)
}

// named is what other files need to know of a scenario.
type named struct {
	file     string
	name     string // "" where the file gives it none
	cassette string
}

// loadAll reads the scenarios' names. One that does not load still has the
// cassette that is called like it.
func (l *linter) loadAll(files []string) []named {
	var all []named
	for _, file := range files {
		n := named{file: file}
		if sc, err := l.project.Scenario(file); err == nil {
			if base := strings.TrimSuffix(path.Base(file), path.Ext(file)); sc.Name != base { // which other folders may well repeat
				n.name = sc.Name
			}
			n.cassette, _ = l.project.CassetteFile(sc.Cassette)
		} else if rel, err := filepath.Rel(l.project.Dirs.Scenarios, file); err == nil {
			n.cassette = path.Join(l.project.Dirs.Cassettes, filepath.ToSlash(rel))
		}
		all = append(all, n)
	}
	return all
}

func (l *linter) tellDuplicates(all []named) {
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

// tellOrphans tells of cassettes of the project that no scenario uses. It says
// nothing of a project without scenarios, whose cassettes Go tests may use.
func (l *linter) tellOrphans(files []file, all []named) {
	used := map[string]bool{}
	for _, n := range all {
		used[n.cassette] = true
	}
	for _, f := range files {
		if f.kind == isCassette && below(l.project.Dirs.Cassettes, f.name) && len(all) > 0 && !used[f.name] {
			l.add(f.name, report.Finding{
				Rule: ruleCassetteOrphan, Severity: report.Warning, Place: report.Place{File: f.name},
				Message: "no scenario uses this cassette",
				Hint:    "remove it, or write a scenario for it: graphvcr new scenario NAME",
			})
		}
	}
}

// tellUnused replays the scenarios for what they leave over. That they may also
// fail is not lint's to tell.
func (l *linter) tellUnused(ctx context.Context, everything, all []string) error {
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
					l.add(l.home(f, c), f)
				}
			}
		}
	}
	return nil
}

// home is the file that a finding about a cassette is told with: the cassette, if
// it is being linted, else the scenario.
func (l *linter) home(f report.Finding, c report.Case) string {
	if l.cases[f.Cassette.File] != nil {
		return f.Cassette.File
	}
	return c.File
}
