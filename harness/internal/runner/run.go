package runner

import (
	"context"
	"fmt"
	"net/http"
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
		Rule:     ruleRunSkipped,
		Severity: report.Note,
		Step:     r.skipped[0],
		Place:    report.Place{File: r.scenario.File, Line: r.skipLine},
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
