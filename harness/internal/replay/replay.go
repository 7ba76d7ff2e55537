package replay

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Selection says which scenarios to run and how.
type Selection struct {
	Paths        []string             // files or folders; none: all of the scenarios folder
	Known        []*scenario.Scenario // files among them that were loaded before, and are not read again
	Run          *regexp.Regexp       // on the name or file
	Parallel     int                  // 0: number of CPUs
	Shard, Total int                  // shard Shard of Total, from 1; 0/0: all
	FailFast     bool
	FailOn       report.Severity                      // lowest severity that fails a scenario; the zero value is the default, report.Error
	Inputs       Inputs                               // values for what the cassettes store
	Show         bool                                 // keep what was exchanged, for reports that show it
	Progress     func(done, total int, c report.Case) // may be nil; called in any order, one at a time
}

// The rules of what cannot be replayed.
const (
	ruleReplayInput report.Rule = "replay.input"
	ruleRunInternal report.Rule = "run.internal"
)

// Run replays the selected scenarios against their cassettes. The error is for a
// selection that cannot be resolved, or a cancelled context; what is wrong with
// one scenario is in its case. The suite is finished.
func Run(ctx context.Context, p *project.Project, sel Selection) (*report.Suite, error) {
	files, err := p.Files(sel.Paths...)
	if err != nil {
		return nil, err
	}
	jobs, err := prepare(p, files, sel)
	if err != nil {
		return nil, err
	}
	r := &run{project: p, sel: sel, jobs: jobs, inputs: newInputs(sel.Inputs), stopAfter: len(jobs)}
	if err := r.all(ctx); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	suite := r.suite()
	if sel.Total > 1 { // an input may be another shard's
		// Shards of other files, or of another expression, are none of the same run.
		selection := diff.Fingerprint(fmt.Sprintf("%q %v", files, sel.Run))
		suite.Shard = report.Shard{Number: sel.Shard, Of: sel.Total, Selection: selection}
		return suite, nil
	}
	if !slices.ContainsFunc(suite.Cases, func(c report.Case) bool { return c.Status == report.Errored || c.Status == report.Skipped }) {
		err = r.inputs.unused()
	}
	return suite, err
}

// job is one scenario to replay.
type job struct {
	file     string
	sc       *scenario.Scenario
	cassette string // its file
	own      bool   // the cassette is the one that goes with the scenario by name
	parted   bool   // other shards use the cassette, too
	load     func() (*project.Loaded, error)
	release  func()
	result   report.Case
	unused   []unused
}

// prepare loads the scenarios, so that what is selected by name is known, and
// reserves their cassettes, so that each is loaded once and dropped after its
// last user.
func prepare(p *project.Project, files []string, sel Selection) ([]*job, error) {
	jobs := make([]*job, len(files))
	_ = wire.Parallel(len(files), sel.Parallel, func(i int) error { // what is wrong with one is in its job
		jobs[i] = newJob(p, files[i], sel.Known)
		return nil
	})
	if sel.Run != nil {
		jobs = slices.DeleteFunc(jobs, func(j *job) bool { return !sel.Run.MatchString(j.file) && !sel.Run.MatchString(j.name()) })
		if len(jobs) == 0 {
			return nil, &fault.Error{
				Message: fmt.Sprintf("no scenario's name or file matches --run %s", sel.Run),
				Hint:    "leave out --run to see all names",
			}
		}
	}
	jobs = shard(jobs, sel.Shard, sel.Total)
	for _, j := range jobs {
		if j.cassette != "" {
			j.load, j.release = p.Reserve(j.cassette)
		}
	}
	return jobs, nil
}

func newJob(p *project.Project, file string, known []*scenario.Scenario) *job {
	j := &job{file: file}
	var err error
	if n := slices.IndexFunc(known, func(sc *scenario.Scenario) bool { return sc.File == file }); n >= 0 {
		j.sc = known[n]
	} else if j.sc, err = p.Scenario(file); err != nil {
		j.result = project.CouldNotRun(file, file, project.RuleScenarioLoad, err)
		return j
	}
	j.own = p.OwnsCassette(j.sc)
	if j.cassette, err = p.CassetteFile(j.sc.Cassette); err != nil {
		j.result = project.CouldNotRun(j.sc.Name, file, project.RuleCassetteLoad, err)
	}
	return j
}

// A run is of jobs that are sorted by file.
type run struct {
	project *project.Project
	sel     Selection
	jobs    []*job
	inputs  *inputs

	mu        sync.Mutex
	stopAfter int // with FailFast, the first failed job as far as known
	done      int
}

func (r *run) all(ctx context.Context) error {
	_ = wire.Parallel(len(r.jobs), r.sel.Parallel, func(i int) error {
		j := r.jobs[i]
		if j.release != nil {
			defer j.release()
		}
		r.mu.Lock()
		stopped := i >= r.stopAfter // an earlier job ended the run
		r.mu.Unlock()
		if ctx.Err() == nil && !stopped {
			j.run(ctx, r.project, r.inputs, r.sel.Show)
			r.finished(i)
		}
		j.load = nil
		return nil
	})
	return ctx.Err()
}

// finished notes that a job is done, and reports progress, one at a time.
func (r *run) finished(i int) {
	j := r.jobs[i]
	one := report.Suite{FailOn: r.sel.FailOn, Cases: []report.Case{j.result}}
	one.Finish()
	j.result = one.Cases[0]
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sel.FailFast && j.failed() {
		r.stopAfter = min(r.stopAfter, i)
	}
	r.done++
	if r.sel.Progress != nil {
		r.sel.Progress(r.done, len(r.jobs), j.result)
	}
}

// suite gathers the results. What comes after the first failure of a fail-fast
// run is skipped, even where another goroutine was quick enough to run it, so
// that the outcome does not depend on scheduling.
func (r *run) suite() *report.Suite {
	s := &report.Suite{Command: "replay", FailOn: r.sel.FailOn}
	for i, j := range r.jobs {
		if i > r.stopAfter {
			j.result = report.Case{Name: j.name(), File: j.file, Status: report.Skipped}
			j.unused = nil
		}
	}
	whole := len(r.sel.Paths) == 0 && r.sel.Run == nil // nothing is left out, but to other shards
	reportUnused(r.jobs, whole)
	for _, j := range r.jobs {
		s.Cases = append(s.Cases, j.result)
	}
	s.Finish()
	return s
}

func (j *job) failed() bool { return j.result.Status != report.Passed }

func (j *job) name() string {
	if j.sc == nil {
		return j.file
	}
	return j.sc.Name
}

// run replays the scenario in a session of its own.
func (j *job) run(ctx context.Context, p *project.Project, in *inputs, show bool) {
	if j.result.Status == report.Errored {
		return
	}
	defer func() {
		if broken := recover(); broken != nil {
			j.result = project.CouldNotRun(j.sc.Name, j.file, ruleRunInternal, &fault.Error{
				Message: fmt.Sprintf("internal error: %v", broken),
				Hint:    "this is a fault of graphvcr: please report it together with the scenario",
			})
		}
	}()
	loaded, err := j.load()
	if err != nil {
		j.result = project.CouldNotRun(j.sc.Name, j.file, project.RuleCassetteLoad, err)
		return
	}
	session := loaded.Index.NewSession()
	vars, err := in.bind(loaded.Cassette, session)
	if err != nil {
		j.result = project.CouldNotRun(j.sc.Name, j.file, ruleReplayInput, err)
		return
	}
	replayer := transport.NewReplayer(session, transport.Options{RetryAfter: true}) // the runner does not wait
	j.result = runner.Run(ctx, j.sc, runner.Options{
		Transport: func(string) http.RoundTripper { return replayer },
		Answers:   p.Answers,
		Vars:      vars,
		Env:       os.LookupEnv,
		Show:      show,
	})
	j.result.Commands = []report.Command{{What: "Run it again", Line: "graphvcr replay " + j.file}, {What: "Record it again", Line: "graphvcr record " + j.file}}
	for _, f := range Expired(p, loaded.Cassette) {
		f.Place = report.Place{File: j.file}
		j.result.Findings = append(j.result.Findings, f)
	}
	j.unused = unusedOf(session)
}
