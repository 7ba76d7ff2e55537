package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Options are what a run needs beside the scenario.
type Options struct {
	// Transport carries the requests of an identity ("" is the default one). It is
	// asked for every request; nil says that nobody of that name is signed in.
	Transport func(identity string) http.RoundTripper
	// Host is the host of a cloud's Graph that is asked, wherever links lead; "" is
	// graph.microsoft.com.
	Host string
	// Answers judges every answer by what metadata promises, and by the types that
	// steps name; nil judges none.
	Answers *conform.Checker
	// Vars override the scenario's variables of the same name (a cassette's
	// recorded values on replay).
	Vars map[string]string
	// Env looks up {env.NAME}.
	Env func(name string) (string, bool)
	// Wait pauses between polls; nil does not wait.
	Wait func(ctx context.Context, d time.Duration) error
	// Began is called for each step when it begins; it may be nil.
	Began func(name string, step *scenario.Step)
	// Hide replaces what a finding may not show of a value; nil hides nothing.
	Hide func(value string) string
	// Show keeps what was exchanged for reports that show it.
	Show bool
}

// cleanupBound ends a cleanup that hangs: nobody else can cancel it.
const cleanupBound = 2 * time.Minute

// Run executes the scenario. The case's status is set only when the run could
// not do something (report.Errored); what else it is follows from its findings.
func Run(ctx context.Context, sc *scenario.Scenario, opts Options) report.Case {
	began := time.Now()
	r := &run{
		scenario: sc,
		opts:     opts,
		result:   report.Case{Name: sc.Name, File: sc.File},
		reported: map[[2]string]bool{},
	}
	r.all(ctx)
	for _, f := range r.found {
		r.result.Findings = append(r.result.Findings, f.settled(opts.Hide))
	}
	r.result.Duration = time.Since(began)
	return r.result
}

// run is one execution of a scenario.
type run struct {
	scenario *scenario.Scenario
	opts     Options
	vars     *variables
	result   report.Case // without its findings
	found    []finding
	skipped  []string // steps whose variables were never captured
	lacking  []string // those variables
	skipLine int      // where the first such step stands
	trail    conform.Trail
	reported map[[2]string]bool // notes that are made once
}

func (r *run) all(ctx context.Context) {
	var h *halt
	if r.vars, h = newVariables(r.scenario, r.opts); h != nil {
		h.finding.File = r.scenario.File
		r.found = append(r.found, h.finding)
		r.result.Status = report.Errored
		return
	}
	for i := range r.scenario.Steps {
		s := &stepRun{run: r, step: &r.scenario.Steps[i]}
		if h := s.do(ctx); h != nil && h.fatal {
			break
		}
	}
	r.reportSkipped()
	r.cleanUp(ctx)
}

// reportSkipped says once what was not run; what kept it from running has a
// finding of its own.
func (r *run) reportSkipped() {
	if len(r.skipped) == 0 {
		return
	}
	r.found = append(r.found, finding{Finding: report.Finding{
		Rule: ruleRunSkipped, Severity: report.Note, Step: r.skipped[0],
		Place: report.Place{File: r.scenario.File, Line: r.skipLine},
		Message: fmt.Sprintf("not run, because no earlier step captured %s: %s",
			braced(r.lacking), strings.Join(r.skipped, ", ")),
	}})
	r.skipped, r.lacking = nil, nil
}

func braced(names []string) string {
	return "{" + strings.Join(names, "}, {") + "}"
}

// cleanUp runs whatever happened before, a cancelled context included.
func (r *run) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupBound)
	defer cancel()
	for i := range r.scenario.Cleanup {
		s := &stepRun{run: r, step: &r.scenario.Cleanup[i], cleanup: true}
		s.do(ctx)
	}
	r.reportSkipped()
}

// stepRun is one step being run.
type stepRun struct {
	*run
	step     *scenario.Step
	cleanup  bool
	page     int             // of a followed answer, from 1
	captured map[string]bool // variables that an answer had a value for
	named    map[string]bool // places of the answer that some check names
}

// What a step does, by whom: its request is made, exchanged and, where its answer has pages,
// followed; answers are judged.
type (
	requestMaker struct{ *stepRun }
	exchanger    struct{ *stepRun }
	pager        struct{ *stepRun }
	judge        struct{ *stepRun }
)

// do runs the step unless it lacks a variable. What it returns has been reported.
func (s *stepRun) do(ctx context.Context) *halt {
	names := s.step.Variables
	if missing := s.vars.missing(names); len(missing) > 0 {
		s.skip(missing)
		return nil
	}
	h := s.vars.unsetEnv(names, "the step")
	if h == nil {
		if !s.cleanup {
			s.result.Steps++
		}
		if s.opts.Began != nil {
			s.opts.Began(s.step.Name, s.step)
		}
		h = s.execute(ctx)
	}
	if h != nil {
		s.add(h.finding)
		if h.errored && !s.cleanup {
			s.result.Status = report.Errored
		}
	}
	return h
}

func (s *stepRun) skip(missing []string) {
	if len(s.skipped) == 0 {
		s.skipLine = s.step.Line
	}
	s.skipped = append(s.skipped, s.step.Name)
	for _, name := range missing {
		if !slices.Contains(s.lacking, name) {
			s.lacking = append(s.lacking, name)
		}
	}
}

func (s *stepRun) execute(ctx context.Context) *halt {
	var last *answer
	var h *halt
	switch {
	case s.step.Poll != nil:
		last, h = s.poll(ctx)
	case s.step.Follow != nil:
		last, h = pager{s}.follow(ctx)
	default:
		if last, h = (exchanger{s}).send(ctx); h == nil {
			h = s.judge(last)
		}
	}
	if h != nil {
		return h
	}
	return s.uncaptured(last)
}

// judge checks an answer against all that the step expects of it, and keeps
// of it what the step captures.
func (s *stepRun) judge(a *answer) *halt {
	s.named = map[string]bool{}
	by := judge{s}
	if h := by.expect(&s.step.Expect, a.view()); h != nil {
		return h
	}
	if h := by.parts(a); h != nil {
		return h
	}
	found, h := by.conformity(a, s.step.Expect.Schema)
	if s.add(found...); h != nil {
		return h
	}
	s.capture(a)
	return nil
}

// add completes a finding and reports it. What goes wrong in cleanup is a
// warning; only that the recording lacks an answer stays what it is.
func (s *stepRun) add(findings ...finding) {
	for _, f := range findings {
		f.Step = s.step.Name
		f.File = s.scenario.File
		if f.Line == 0 {
			f.Line = s.step.Line
		}
		var part []string
		if s.cleanup && f.Rule != RuleMiss {
			f.Severity = min(f.Severity, report.Warning)
			part = append(part, "cleanup")
		}
		if s.page > 1 {
			part = append(part, fmt.Sprintf("page %d", s.page))
		}
		f.Part = strings.Join(part, ": ")
		s.found = append(s.found, f)
	}
}
