package record

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what becomes of a recording.
const (
	ruleRecordBroken      report.Rule = "record.broken"
	ruleRecordDropped     report.Rule = "record.dropped"
	ruleRecordInterrupted report.Rule = "record.interrupted"
	ruleRecordNothing     report.Rule = "record.nothing"
	ruleRecordRefused     report.Rule = "record.refused"
	ruleRecordReplay      report.Rule = "record.replay"
	ruleRecordSave        report.Rule = "record.save"
	ruleRecordSaved       report.Rule = "record.saved"
	ruleRecordTorn        report.Rule = "record.torn"
	ruleRecordTwice       report.Rule = "record.twice"
)

// Options say how a scenario is recorded.
type Options struct {
	// Twice runs the scenario once more, without keeping what that records, and reports in
	// notes what was not the same again: of requests with a match rule that ignores it, of
	// answers with its path. The values are compared in memory, and are not reported.
	Twice bool
	// Draft writes the scenario that can be drafted from the cassette, before that is replayed.
	Draft bool
}

// Scenario runs a scenario live; it need not be a file yet. Where it passes, its cassette is
// replaced by the recording, which is then replayed by all scenarios that use the cassette;
// where it fails, the cassette of before stays. An interrupted recording leaves its journal.
// What the case holds is redacted as the cassette is.
//
// A cassette that belongs to another scenario is not recorded over.
func Scenario(ctx context.Context, p *project.Project, sc *scenario.Scenario, live Live, o Options) (report.Case, error) {
	if err := ownCassette(p, sc); err != nil {
		return report.Case{}, err
	}
	first, err := startFor(p, sc, sc.Cassette, live)
	if err != nil {
		return report.Case{}, err
	}
	var before *[]*cassette.Interaction
	if o.Twice {
		before = keepSeen(first)
	}
	result := run(ctx, p, sc, first)
	result, saved, err := first.conclude(ctx, result, passed(result) && first.recorder.Len() > 0)
	if err != nil || !saved {
		return result, err
	}
	if o.Twice {
		found, same, err := repeat(ctx, p, sc, live, *before)
		result.Findings = append(result.Findings, found...)
		if err != nil || !same {
			return result, err
		}
	}
	if o.Draft {
		written, found, release, err := drafted(p, sc)
		if err != nil {
			return result, err
		}
		defer release()
		sc, result.Findings = written, append(result.Findings, found)
	}
	misses, err := replayed(ctx, p, append(p.OthersOf(sc), sc.File), sc)
	hide(first.redactor, misses) // a miss holds what the scenario sends
	result.Findings = slices.Concat(result.Findings, misses, first.Summary())
	return result, err
}

// ownCassette refuses a cassette that other scenarios need and that is not called like
// this one.
func ownCassette(p *project.Project, sc *scenario.Scenario) error {
	if p.OwnsCassette(sc) {
		return nil
	}
	others := p.OthersOf(sc)
	if len(others) == 0 {
		return nil
	}
	return &fault.Error{
		Place:   fault.Place(report.Place{File: sc.File}),
		Message: fmt.Sprintf("the cassette %s is also that of %s, which needs what it holds", sc.Cassette, others[0]),
		Hint:    "give the scenario a cassette of its own with the cassette: key; nothing was recorded",
	}
}

func startFor(p *project.Project, sc *scenario.Scenario, name string, live Live) (*Recording, error) {
	vars, err := valuesOf(sc)
	if err != nil {
		return nil, err
	}
	r, err := Start(p, name, vars, live)
	if err == nil {
		r.vars.own = ownValues(sc)
	}
	return r, err
}

// conclude saves a recording that is worth keeping, and drops others.
func (r *Recording) conclude(ctx context.Context, result report.Case, worth bool) (_ report.Case, saved bool, err error) {
	if saved = ctx.Err() == nil && worth; saved {
		err = r.Save()
	} else {
		err = drop(ctx, r, &result)
	}
	result.Findings = append(result.Findings, r.Findings()...)
	hide(r.redactor, result.Findings)
	return result, saved && err == nil, err
}

func run(ctx context.Context, p *project.Project, sc *scenario.Scenario, r *Recording) report.Case {
	show := r.live.Progress
	if show == nil {
		show = func(Progress) {}
	}
	now := Progress{Scenario: sc, Total: len(sc.Steps) + len(sc.Cleanup)}
	result := runner.Run(ctx, sc, runner.Options{
		Hide:      r.redactor.Message,
		Transport: func(string) http.RoundTripper { return r.Transport() },
		Host:      r.live.cloudHost(),
		Answers:   p.Answers,
		Env:       os.LookupEnv,
		Began: func(name string, step *scenario.Step) {
			now.N++
			now.Name, now.Step = name, step
			show(now)
		},
		Wait: func(ctx context.Context, d time.Duration) error {
			if waits := now; d > 0 {
				waits.Wait = d
				show(waits)
			}
			return transport.Pause(ctx, d)
		},
	})
	for i := range result.Findings {
		if f := &result.Findings[i]; f.Rule == runner.RuleTransport && f.Hint == "" {
			f.Hint = "nothing answered, or not to the end: check the network and --base-url, and record again"
		}
	}
	return result
}

// drop ends a recording that makes no cassette.
func drop(ctx context.Context, r *Recording, result *report.Case) error {
	if ctx.Err() != nil {
		f := report.Finding{
			Rule: ruleRecordInterrupted, Severity: report.Error, Place: report.Place{File: result.File}, Message: "interrupted before anything was recorded",
		}
		end := r.Abort
		if r.recorder.Len()+r.recorder.Retried() > 0 {
			f.Message, f.Hint = "interrupted: what was recorded is in "+r.journal.Name(), "graphvcr record --recover"
			end = r.journal.Close
		}
		result.Findings, result.Status = append(result.Findings, f), report.Errored
		return end()
	}
	if err := r.journal.Err(); err != nil { // the disk's fault, not the scenario's
		return errors.Join(err, r.journal.Close())
	}
	why := "the scenario did not pass"
	if passed(*result) {
		why = "nothing was recorded"
	}
	result.Findings = append(result.Findings, report.Finding{
		Rule: ruleRecordDropped, Severity: report.Note, Place: report.Place{File: result.File},
		Message: why + ", so " + r.file + " was not replaced",
	})
	return r.Abort()
}

// hide redacts what findings hold of live values.
func hide(r *redact.Redactor, findings []report.Finding) {
	for i := range findings {
		f := &findings[i]
		for _, text := range []*string{&f.Message, &f.Is, &f.Details, &f.Want, &f.Got, &f.Hint} {
			*text = r.Message(*text)
		}
		if f.Missed != nil {
			f.Missed = hidden(r, f.Missed)
		}
	}
}

// hidden is a miss without live values: what pseudonyms stand for in this session is left out.
func hidden(r *redact.Redactor, m *report.Miss) *report.Miss {
	safe := &report.Miss{Sent: report.Exchange{Method: m.Sent.Method, URL: r.Message(m.Sent.URL)}, Verdict: m.Verdict}
	for _, near := range m.Nearest {
		differences := make([]report.Difference, len(near.Differences))
		for i, d := range near.Differences {
			differences[i] = report.Difference{Field: r.Message(d.Field), Recorded: r.Message(d.Recorded), Received: r.Message(d.Received)}
		}
		near.Differences = differences
		safe.Nearest = append(safe.Nearest, near)
	}
	return safe
}

func passed(c report.Case) bool {
	suite := report.Suite{Cases: []report.Case{c}}
	suite.Finish()
	return suite.Cases[0].Status == report.Passed
}

// replayed replays scenarios, some of which are known, after their cassette changed, and
// returns what does not pass.
func replayed(ctx context.Context, p *project.Project, files []string, known ...*scenario.Scenario) ([]report.Finding, error) {
	if len(files) == 0 { // a cassette of a test in Go, say
		return nil, nil
	}
	suite, err := replay.Run(ctx, p, replay.Selection{Paths: files, Known: known})
	if err != nil {
		return nil, err
	}
	var failed []report.Finding
	for _, c := range suite.Cases {
		if c.Status == report.Passed {
			continue
		}
		failed = append(failed, report.Finding{
			Rule: ruleRecordReplay, Severity: report.Error, Place: report.Place{File: c.File},
			Message: "it was recorded, and does not pass when it is replayed",
			Hint:    "expectations of values that redaction replaces want a variable, or redact: {identity: off} for invented people",
		})
		for _, f := range c.Findings {
			failed = append(failed, withoutValues(f))
		}
	}
	return failed, nil
}

// withoutValues leaves out of a miss the values that a client sent, which here are
// the tenant's.
func withoutValues(f report.Finding) report.Finding {
	if f.Rule != replay.RuleMiss {
		return f
	}
	f.Details, f.Want, f.Got, f.Hint = "", "", "", "graphvcr replay shows what differs, with the values"
	return f
}
