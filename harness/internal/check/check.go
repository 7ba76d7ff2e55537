package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Options say what nothing in a file says.
type Options struct {
	Type string // what an answer is that says nothing itself: a full name, or Collection(...) of it
	API  string // the version of the API; "" is v1.0
}

// A Result is what was found, and in how much.
type Result struct {
	Suite                  *report.Suite
	Files, Answers, Judged int // files that hold an answer, answers, and those of them that were judged
}

// Run judges the answers in the files at paths and in the folders below them. A file that
// cannot be read is a case in error, beside those of the others. The last case counts. The
// error is for paths at which there is nothing to judge at all, for a type without a schema,
// and for a schema that cannot be used.
func Run(ctx context.Context, p *project.Project, paths []string, o Options) (*Result, error) {
	o.API = cmp.Or(o.API, "v1.0")
	if o.Type != "" && !p.Schemas.Has(o.API, o.Type) {
		_, err := p.Schemas.Validate(o.API, o.Type, nil, schema.Options{})
		return nil, err
	}
	c := &checker{project: p, options: o, by: map[string]int{}, notes: map[noteKey]*note{}}
	files, unfound := collect(paths)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
		if err := c.file(f); err != nil {
			return nil, err
		}
	}
	cases := append(project.NotFound(rulePath, unfound), c.cases...)
	if c.answers == 0 && len(cases) == 0 {
		return nil, &fault.Error{
			Message: "nothing to check at " + strings.Join(paths, ", "),
			Hint:    "name answers as JSON, recordings, tests in Go or JavaScript, or folders of them", Kind: fs.ErrNotExist,
		}
	}
	r := &Result{Files: len(files) - c.none, Answers: c.answers, Judged: c.answers - len(c.untyped)}
	r.Suite = &report.Suite{Command: "check", FailOn: report.Warning, Cases: append(cases, c.total(r)), Ordered: true}
	return r, nil
}

// A found file was named, or lies in a folder that was.
type found struct {
	name  string
	named bool
}

// collect finds the files at paths, sorted, each once. What other people's packages bring is
// left out.
func collect(paths []string) (files []found, unfound error) {
	var errs []error
	for _, at := range paths {
		if _, err := os.Stat(at); err != nil {
			errs = append(errs, &fault.Error{Message: "check " + filepath.ToSlash(at), Cause: fault.Reason(err)})
			continue
		}
		root := filepath.ToSlash(filepath.Clean(at))
		err := project.Walk(at, func(name string) error {
			named := name == root
			if named || isCandidate(name) && !isSetting(name) && !isForeign(strings.TrimPrefix(name, root)) {
				files = append(files, found{name, named})
			}
			return nil
		})
		errs = append(errs, err)
	}
	slices.SortFunc(files, func(a, b found) int { return cmp.Compare(a.name, b.name) })
	files = slices.CompactFunc(files, func(a, b found) bool { return a.name == b.name })
	return files, errors.Join(errs...)
}

// isSetting knows the settings of the tools that stand beside many tests.
func isSetting(file string) bool {
	base := strings.ToLower(filepath.Base(file))
	return base == "package.json" || base == "package-lock.json" || base == "composer.json" || base == "devproxyrc.json" ||
		strings.HasPrefix(base, "tsconfig") || strings.HasPrefix(base, "jsconfig")
}

func isForeign(below string) bool {
	return strings.Contains(below+"/", "/node_modules/") || strings.Contains(below+"/", "/vendor/")
}

// checker judges file after file.
type checker struct {
	project *project.Project
	options Options
	cases   []report.Case
	answers int
	none    int            // files without an answer
	by      map[string]int // answers by what they were judged by
	untyped []report.Finding
	notes   map[noteKey]*note
}

// note is the first of the notes that say the same, and how many there are.
type note struct {
	report.Finding
	n int
}

// noteKey is what notes that say the same have in common.
type noteKey struct {
	rule       report.Rule
	file, name string
}

// file judges the answers of one file. The error is of a schema.
func (c *checker) file(f found) error {
	held, err := c.read(f.name, f.named)
	if err != nil {
		c.cases = append(c.cases, project.CouldNotRun(f.name, f.name, ruleFile, err))
		return nil
	}
	if len(held.answers)+len(held.findings) == 0 {
		c.none++
		return nil
	}
	one := report.Case{Name: fmt.Sprintf("%s (%s)", f.name, fault.Count(len(held.answers), "answer")), File: f.name, Findings: held.findings}
	var trail conform.Trail
	for i := range held.answers {
		a := &held.answers[i]
		a.API = cmp.Or(a.API, c.options.API)
		if len(held.answers) == 1 {
			a.name = ""
		}
		findings, err := c.judge(f.name, a, &trail, held.inOrder)
		if err != nil {
			return fmt.Errorf("check %s: %w", f.name, err)
		}
		one.Findings = append(one.Findings, findings...)
	}
	c.cases = append(c.cases, one)
	return nil
}

// judge judges an answer. Notes are kept for the last case.
func (c *checker) judge(file string, a *answer, trail *conform.Trail, inOrder bool) (findings []report.Finding, err error) {
	if !inOrder {
		trail = &conform.Trail{}
	}
	c.answers++
	result, err := trail.Check(c.project.Answers, a.Exchange)
	if err == nil && result.Reason != "" && c.options.Type != "" && a.URL == "" && a.Answer.IsJSON {
		a.Schema = c.options.Type
		if result, err = trail.Check(c.project.Answers, a.Exchange); err == nil {
			result.Reason = ""
		}
	}
	if err != nil {
		return nil, err
	}
	if a.URL == "" && a.Status == 0 && !a.Answer.IsJSON { // a text in source code
		result.Reason = "it begins like JSON and is none: what is filled in later is not known"
	}
	if by := a.by(result); by != "" {
		c.by[by]++
	} else {
		c.untyped = append(c.untyped, report.Finding{
			Rule: conform.RuleAnswerUntyped, Severity: report.Note, Place: report.Place{File: file, Line: a.line("")},
			Value: report.Value{Part: a.name}, Message: "not judged: " + result.Reason,
		})
	}
	for _, p := range result.Problems {
		f := report.Finding{
			Rule: p.Rule, Severity: p.Severity, Place: report.Place{File: file, Line: a.line(p.Where)},
			Value: report.Value{Where: p.Where, Want: p.Want, Got: p.Got, Remark: c.source(p)},
		}
		if a.name != "" {
			f.Message, f.Remark = strings.TrimSpace("in "+a.name+" "+f.Remark), ""
		}
		if p.Severity == report.Note {
			c.note(p, f)
			continue
		}
		findings = append(findings, f)
	}
	return findings, nil
}

// source says which schema says so: of the project's the file, of others the type.
func (c *checker) source(p conform.Problem) string {
	if strings.HasPrefix(p.File, c.project.Dirs.Schemas+"/") {
		return conform.Source(p.File, p.Line)
	}
	if p.File == "" {
		return ""
	}
	return conform.Source(typeOf(p), 0)
}

// typeOf is the type whose schema a problem is of.
func typeOf(p conform.Problem) string { return strings.TrimSuffix(filepath.Base(p.File), ".json") }

// note keeps the first of the notes that say the same of a property.
func (c *checker) note(p conform.Problem, f report.Finding) {
	key := noteKey{rule: p.Rule, file: p.File, name: strings.Trim(p.Where[strings.LastIndexByte(p.Where, '[')+1:], "']")}
	if c.notes[key] == nil {
		if p.Rule == conform.SchemaRule(schema.RuleOpen) {
			f.Where, f.Want, f.Got, f.Remark = "", "", "", ""
			f.Message = typeOf(p) + " declares no " + key.name + ", and is open"
		}
		c.notes[key] = &note{Finding: f}
	}
	c.notes[key].n++
}

// total is the case that counts.
func (c *checker) total(r *Result) report.Case {
	one := report.Case{Name: fmt.Sprintf("%s in %s: judged %d, not judged %d", fault.Count(r.Answers, "answer"), fault.Count(r.Files, "file"), r.Judged, r.Answers-r.Judged)}
	for _, by := range slices.Sorted(maps.Keys(c.by)) {
		one.Findings = append(one.Findings, report.Finding{Rule: ruleAnswers, Severity: report.Note, Message: fmt.Sprintf("%s judged %s", fault.Count(c.by[by], "answer"), by)})
	}
	if c.none > 0 {
		one.Findings = append(one.Findings, report.Finding{Rule: ruleNone, Severity: report.Note, Message: fault.Count(c.none, "file") + " without an answer of Graph's"})
	}
	one.Findings = append(one.Findings, c.untyped...)
	keys := slices.SortedFunc(maps.Keys(c.notes), func(a, b noteKey) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.file, b.file), cmp.Compare(a.name, b.name))
	})
	for _, key := range keys {
		f := c.notes[key]
		if f.n > 1 && f.Message != "" {
			f.Message += fmt.Sprintf(" (%d times)", f.n)
		} else if f.n > 1 {
			f.Remark = strings.TrimSpace(fmt.Sprintf("%s (%d times)", f.Remark, f.n))
		}
		one.Findings = append(one.Findings, f.Finding)
	}
	return one
}

// The rules of what is reported beside what package conform finds.
const (
	rulePath       report.Rule = "check.path"       // there is nothing at a path
	ruleFile       report.Rule = "check.file"       // a file that cannot be read
	ruleAnswers    report.Rule = "check.answers"    // how many answers there were, by what they were judged
	ruleDocumented report.Rule = "check.documented" // a recording that never was one
	ruleNone       report.Rule = "check.none"       // files that hold no answer
)
