package project

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Record runs a scenario live. Where it passes, its cassette is replaced by the
// recording, which is then replayed to see that it does replay; where it fails, the
// cassette of before stays. An interrupted recording leaves its journal. What the case
// tells is redacted as the cassette is.
//
// A cassette that belongs to another scenario is not recorded over.
func (p *Project) Record(ctx context.Context, file string, live Live) (report.Case, error) {
	sc, err := p.Scenario(file)
	if err != nil {
		return report.Case{}, err
	}
	if err := p.ownCassette(sc); err != nil {
		return report.Case{}, err
	}
	r, err := p.recordingOf(sc, sc.Cassette, live)
	if err != nil {
		return report.Case{}, err
	}
	told, saved, err := r.finish(ctx, r.run(ctx, p, sc))
	if err != nil || !saved {
		return told, err
	}
	told, err = p.Verified(ctx, told)
	r.hide(&told) // a miss tells what the scenario sends
	told.Findings = append(told.Findings, r.Summary()...)
	return told, err
}

// ownCassette refuses a cassette that other scenarios need and that is not called like
// this one.
func (p *Project) ownCassette(sc *scenario.Scenario) error {
	if name, err := p.defaultCassette(sc.File); err == nil && name == sc.Cassette {
		return nil
	}
	others := p.sharing(sc)
	if len(others) == 0 {
		return nil
	}
	return &fault.Error{
		Place:   fault.Place(report.Place{File: sc.File}),
		Message: fmt.Sprintf("the cassette %s is also that of %s, which needs what it holds", sc.Cassette, others[0]),
		Hint:    "give the scenario a cassette of its own with the cassette: key; nothing was recorded",
	}
}

// sharing lists the files of other scenarios with a scenario's cassette.
func (p *Project) sharing(sc *scenario.Scenario) []string {
	return slices.DeleteFunc(p.usersOf(sc.Cassette), func(file string) bool { return sameFile(file, sc.File) })
}

// usersOf lists the files of the scenarios that use a cassette; those that are known to may lie
// anywhere.
func (p *Project) usersOf(cassette string, known ...string) []string {
	files, _ := walkYAML(p.Dirs.Scenarios) // none where there is no such folder
	return slices.DeleteFunc(append(files, known...), func(file string) bool {
		sc, err := p.Scenario(file)
		return err != nil || sc.Cassette != cassette
	})
}

func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}

// RecordOnce is Record for a scenario that need not be a file, and without a replay. It
// says whether the cassette was replaced.
func (p *Project) RecordOnce(ctx context.Context, sc *scenario.Scenario, live Live) (told report.Case, saved bool, err error) {
	r, err := p.recordingOf(sc, sc.Cassette, live)
	if err != nil {
		return report.Case{}, false, err
	}
	if told, saved, err = r.finish(ctx, r.run(ctx, p, sc)); saved {
		told.Findings = append(told.Findings, r.Summary()...)
	}
	return told, saved, err
}

func (p *Project) recordingOf(sc *scenario.Scenario, name string, live Live) (*Recording, error) {
	vars, err := variables(sc)
	if err != nil {
		return nil, err
	}
	r, err := p.StartRecording(name, vars, live)
	if err == nil {
		r.vars.own = ownValues(sc)
	}
	return r, err
}

// finish saves a recording of a scenario that passed, and drops others, and one in which
// nothing could be stored.
func (r *Recording) finish(ctx context.Context, told report.Case) (report.Case, bool, error) {
	return r.conclude(ctx, told, passed(told) && r.recorder.Len() > 0)
}

// conclude saves a recording that is worth keeping, and drops others.
func (r *Recording) conclude(ctx context.Context, told report.Case, worth bool) (_ report.Case, saved bool, err error) {
	if saved = ctx.Err() == nil && worth; saved {
		err = r.Save()
	} else {
		err = r.drop(ctx, &told)
	}
	told.Findings = append(told.Findings, r.Findings()...)
	r.hide(&told)
	return told, saved && err == nil, err
}

// run runs the scenario through the recorder.
func (r *Recording) run(ctx context.Context, p *Project, sc *scenario.Scenario) report.Case {
	progress := &progress{tell: r.live.Progress, now: Progress{Scenario: sc, Total: len(sc.Steps) + len(sc.Cleanup)}}
	told := runner.Run(ctx, sc, runner.Options{
		Hide:      r.redactor.Message,
		Transport: func(string) http.RoundTripper { return r.Transport() },
		BaseURL:   r.baseURL(),
		Answers:   p.Answers,
		Env:       os.LookupEnv,
		Wait:      progress.waiting(r.live.Wait),
		Began:     progress.began,
	})
	for i := range told.Findings {
		if f := &told.Findings[i]; f.Rule == runner.RuleTransport && f.Hint == "" {
			f.Hint = "nothing answered, or not to the end: check the network and --base-url, and record again"
		}
	}
	return told
}

// drop ends a recording that makes no cassette.
func (r *Recording) drop(ctx context.Context, told *report.Case) error {
	if ctx.Err() != nil {
		f := report.Finding{
			Rule: ruleRecordInterrupted, Severity: report.Error, Place: report.Place{File: told.File}, Message: "interrupted before anything was recorded",
		}
		end := r.Abort
		if r.recorder.Len()+r.recorder.Retried() > 0 {
			f.Message, f.Hint = "interrupted: what was recorded is in "+r.journal.Name(), "graphvcr record --recover"
			end = r.journal.Close
		}
		told.Findings, told.Status = append(told.Findings, f), report.Errored
		return end()
	}
	if err := r.journal.Err(); err != nil { // the disk's fault, not the scenario's
		return errors.Join(err, r.journal.Close())
	}
	why := "the scenario did not pass"
	if passed(*told) {
		why = "nothing was recorded"
	}
	told.Findings = append(told.Findings, report.Finding{
		Rule: ruleRecordDropped, Severity: report.Note, Place: report.Place{File: told.File},
		Message: why + ", so " + r.file + " was not replaced",
	})
	return r.Abort()
}

// hide redacts what a case tells of live values.
func (r *Recording) hide(told *report.Case) {
	for i := range told.Findings {
		f := &told.Findings[i]
		for _, text := range []*string{&f.Message, &f.Is, &f.Details, &f.Want, &f.Got, &f.Hint} {
			*text = r.redactor.Message(*text)
		}
		if f.Missed != nil {
			f.Missed = r.hidden(f.Missed)
		}
	}
}

// hidden is a miss without live values: what pseudonyms stand for in this session is left out.
func (r *Recording) hidden(m *report.Miss) *report.Miss {
	told := &report.Miss{Sent: report.Exchange{Method: m.Sent.Method, URL: r.redactor.Message(m.Sent.URL)}, Verdict: m.Verdict}
	for _, near := range m.Nearest {
		differences := make([]report.Difference, len(near.Differences))
		for i, d := range near.Differences {
			differences[i] = report.Difference{Field: r.redactor.Message(d.Field), Recorded: r.redactor.Message(d.Recorded), Received: r.redactor.Message(d.Received)}
		}
		near.Differences = differences
		told.Nearest = append(told.Nearest, near)
	}
	return told
}

// progress tells a recording's steps and waits.
type progress struct {
	tell func(Progress)
	now  Progress
}

func (p *progress) began(name string, step *scenario.Step) {
	p.now.N++
	p.now.Name, p.now.Step = name, step
	if p.tell != nil {
		p.tell(p.now)
	}
}

// waiting is a wait that is told.
func (p *progress) waiting(wait func(context.Context, time.Duration) error) func(context.Context, time.Duration) error {
	if wait == nil {
		wait = transport.Pause
	}
	return func(ctx context.Context, d time.Duration) error {
		if p.tell != nil && d > 0 {
			now := p.now
			now.Wait = d
			p.tell(now)
		}
		return wait(ctx, d)
	}
}

func passed(c report.Case) bool {
	suite := report.Suite{Cases: []report.Case{c}}
	suite.Finish()
	return suite.Cases[0].Status == report.Passed
}

// Verified replays a fresh recording, by all scenarios that use the cassette. That it does
// not replay is worth an error.
func (p *Project) Verified(ctx context.Context, told report.Case) (report.Case, error) {
	sc, err := p.Scenario(told.File)
	if err != nil {
		return told, err
	}
	return p.replayed(ctx, told, append(p.sharing(sc), told.File))
}

// replayed replays scenarios after their cassette changed, and adds what does not pass.
func (p *Project) replayed(ctx context.Context, told report.Case, files []string) (report.Case, error) {
	if len(files) == 0 { // a cassette of a test in Go, say
		return told, nil
	}
	suite, err := p.Replay(ctx, Selection{Paths: files})
	if err != nil {
		return told, err
	}
	for _, c := range suite.Cases {
		if c.Status == report.Passed {
			continue
		}
		told.Findings = append(told.Findings, report.Finding{
			Rule: ruleRecordReplay, Severity: report.Error, Place: report.Place{File: c.File},
			Message: "it was recorded, and does not pass when it is replayed",
			Hint:    "expectations of values that redaction replaces want a variable, or redact: {identity: off} for invented people",
		})
		for _, f := range c.Findings {
			told.Findings = append(told.Findings, withoutValues(f))
		}
	}
	return told, nil
}

// withoutValues leaves out what a miss tells of the values that a client sent, which here
// are the tenant's.
func withoutValues(f report.Finding) report.Finding {
	if f.Rule != RuleMiss {
		return f
	}
	f.Details, f.Want, f.Got, f.Hint = "", "", "", "graphvcr replay shows what differs, with the values"
	return f
}
