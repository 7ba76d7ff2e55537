package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A FakeAt is a service that imitates Graph.
type FakeAt struct {
	URL     *url.URL
	Carrier func(identity string) http.RoundTripper // sends requests, with a token where there is one
	Diff    diff.Options
}

// Scenario runs a scenario against the fake, with the values that its recording stores, and
// says where the answers are not those of the recording: each difference that a client can
// see once, and what the scenario expects of a value besides. Nothing waits between polls,
// and nothing is written. The error is of a scenario without a recording, and of a fake that
// never answered.
func (f *FakeAt) Scenario(ctx context.Context, p *project.Project, sc *scenario.Scenario) (report.Case, error) {
	recorded, err := p.Cassette(sc.Cassette)
	if err != nil {
		return report.Case{}, err
	}
	began := time.Now()
	seen := &seen{cassette: &cassette.Cassette{
		Name: "the fake", File: recorded.File,
		Meta: cassette.Meta{Format: recorded.Meta.Format, Origin: cassette.Emulator, Auth: recorded.Meta.Auth, Cloud: recorded.Meta.Cloud},
	}}
	ran := runner.Run(ctx, sc, runner.Options{
		Transport: func(identity string) http.RoundTripper {
			return &tap{seen: seen, base: &transport.Rebase{Base: f.Carrier(identity), URL: f.URL}}
		},
		Answers: p.Answers, Vars: recorded.Meta.Vars, Env: os.LookupEnv,
		Began: func(name string, _ *scenario.Step) { seen.step = name },
	})
	if ctx.Err() != nil {
		return report.Case{}, fmt.Errorf("check: %w", ctx.Err())
	}
	if len(seen.cassette.Interactions) == 0 {
		return report.Case{}, unanswered(f.URL, &ran)
	}
	// Graph may add a property or stop paging without notice, as a client must bear; a fake that
	// does so was made up.
	options := f.Diff
	options.Severities = map[diff.ID]report.Severity{diff.PropertyAdded: report.Warning, diff.PagingRemoved: report.Warning}
	maps.Copy(options.Severities, f.Diff.Severities)
	changes, err := diff.Compare(recorded, seen.cassette, options)
	if err != nil {
		return report.Case{}, fmt.Errorf("compare the fake with %s: %w", recorded.File, err)
	}
	one := report.Case{Name: sc.Name, File: sc.File, Duration: time.Since(began), Steps: ran.Steps}
	if recorded.Meta.Origin == cassette.Docs {
		one.Findings = append(one.Findings, report.Finding{
			Rule: ruleDocumented, Severity: report.Note, Place: report.Place{File: sc.File},
			Message: "the recording was made of documentation: Graph may never have answered so",
		})
	}
	for i := range changes.Changes {
		one.Findings = append(one.Findings, seen.finding(&changes.Changes[i], recorded, sc.File))
	}
	for _, found := range ran.Findings {
		if found.Severity == report.Error && !seen.covers(changes.Changes, found) {
			one.Findings = append(one.Findings, found)
		}
	}
	return one, nil
}

func unanswered(base *url.URL, ran *report.Case) error {
	why := "no request was sent"
	n := slices.IndexFunc(ran.Findings, func(f report.Finding) bool { return f.Severity == report.Error })
	if n >= 0 {
		why = ran.Findings[n].Sentence()
	}
	return &fault.Error{Message: fmt.Sprintf("nothing answered at %s: %s", base.Redacted(), why), Hint: "start the fake first; --base-url says where it listens"}
}

// seen is what the fake answered, and at which step.
type seen struct {
	cassette *cassette.Cassette
	steps    []string // of the interactions
	step     string   // that runs
}

// finding reports a difference at the scenario, with the line of the recording.
func (s *seen) finding(c *diff.Change, recorded *cassette.Cassette, file string) report.Finding {
	f := c.Finding(recorded, s.cassette)
	f.Place, f.Cassette, f.Interaction = report.Place{File: file}, report.Place{File: recorded.File}, nil
	if len(c.Examples) > 0 {
		if old := c.Examples[0].Old; old != nil {
			f.Cassette.Line, f.Interaction = old.BodyLine(c.Examples[0].Path), &old.ID
		}
		if now := c.Examples[0].New; now != nil && now.ID < len(s.steps) {
			f.Step = s.steps[now.ID]
		}
	}
	return f
}

var index = regexp.MustCompile(`\[(\d+|\*)\]`)

// covers reports whether what a step did not find as expected is a difference that is reported:
// at the same place, or of the whole answer.
func (s *seen) covers(changes []diff.Change, found report.Finding) bool {
	place := func(where string) string { return index.ReplaceAllString(where, "[]") }
	return slices.ContainsFunc(changes, func(c diff.Change) bool {
		if c.Severity < report.Warning {
			return false
		}
		inStep := slices.ContainsFunc(c.Examples, func(e diff.Example) bool {
			return e.New != nil && e.New.ID < len(s.steps) && s.steps[e.New.ID] == found.Step
		})
		whole := c.Where == "status" || c.Where == ""
		return whole && (inStep || len(c.Examples) == 0) || inStep && (strings.HasPrefix(place(found.Where), place(c.Where)) || strings.HasPrefix(place(c.Where), place(found.Where)))
	})
}

// tap keeps what passes it in memory. Requests come one after the other.
type tap struct {
	seen *seen
	base http.RoundTripper
}

// maxKept bounds an answer.
const maxKept = 64 << 20

func (t *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = wire.Read(req.Body, maxKept, req.ContentLength); err != nil {
			return nil, fmt.Errorf("read a request: %w", err)
		}
		req.Body.Close()
	}
	resp, err := wire.Send(t.base, req, func(out *http.Request) {
		if req.Body != nil {
			wire.SetRequestBody(out, sent)
		}
	})
	if err != nil {
		return nil, err
	}
	body, err := wire.Read(resp.Body, maxKept, resp.ContentLength)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	wire.SetResponseBody(resp, body)
	plain, _, _ := wire.Decode(resp.Header, string(body), maxKept)
	t.seen.steps = append(t.seen.steps, t.seen.step)
	t.seen.cassette.Interactions = append(t.seen.cassette.Interactions, &cassette.Interaction{
		ID: len(t.seen.cassette.Interactions),
		Request: cassette.Request{
			Method: req.Method, URL: req.URL.String(), Host: req.URL.Host, Headers: req.Header.Clone(), Body: string(sent), ContentLength: int64(len(sent)),
		},
		Response: cassette.Response{
			Code: resp.StatusCode, Status: resp.Status, Headers: resp.Header.Clone(), Body: plain, ContentLength: int64(len(plain)),
		},
	})
	return resp, nil
}
