package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

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
