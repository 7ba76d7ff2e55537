package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// liveFlags are those of commands that run scenarios live.
type liveFlags struct {
	baseURL, upstreamCA, auth string
	writes                    bool
}

func (f *liveFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.baseURL, "base-url", "", "`URL` of the service (default https://graph.microsoft.com); one on this machine is written to without --allow-writes")
	flags.StringVar(&f.upstreamCA, "upstream-ca", "", "`file` of PEM certificates to trust in addition to the system's")
	flags.StringVar(&f.auth, "auth", "auto", "`kind` of sign-in")
	flags.BoolVar(&f.writes, "allow-writes", false, "run scenarios that change the tenant")
}

// ready loads scenarios that are to run live and finds the service, which whoever gave the
// command agrees to change. Those that do not load are cases of the suite, unless none does.
func (f *liveFlags) ready(t *task, suite *report.Suite) ([]*scenario.Scenario, *service, error) {
	files, err := t.project.Files(t.args...)
	errs := []error{err}
	suite.Cases = append(suite.Cases, project.NotFound(pathRule(suite.Command), err)...)
	var scenarios []*scenario.Scenario
	for _, file := range files {
		sc, err := t.project.Scenario(file)
		if err != nil {
			errs = append(errs, err)
			suite.Cases = append(suite.Cases, project.CouldNotRun(file, file, project.RuleScenarioLoad, err))
			continue
		}
		scenarios = append(scenarios, sc)
	}
	if len(scenarios) == 0 {
		return nil, nil, errors.Join(errs...)
	}
	service, err := f.service()
	if err != nil {
		return nil, nil, err
	}
	return scenarios, service, f.agree(t.std, service.base, scenarios)
}

// run signs in for a scenario, has it recorded, and adds what the tokens say.
func (f *liveFlags) run(ctx context.Context, t *task, s *service, sc *scenario.Scenario, run func(record.Live) (report.Case, error)) (report.Case, error) {
	who, err := s.signIn(ctx, t.std, f.auth, sc)
	if err != nil {
		return report.Case{}, err
	}
	defer interrupt.Saving(ctx)()
	bar := newProgress(t.std, t.quiet)
	result, err := run(s.live(who, func(p record.Progress) {
		who.step = p.Step
		bar.step(p)
	}))
	bar.clear()
	if err != nil {
		return result, who.explained(err)
	}
	result.Findings = append(result.Findings, who.findings(sc, &result)...)
	return result, nil
}

// agree asks before scenarios write to a tenant.
func (f *liveFlags) agree(std Streams, base *url.URL, scenarios []*scenario.Scenario) error {
	if f.writes || base != nil && wire.IsLoopback(base.Hostname()) {
		return nil
	}
	var writing []string
	for _, sc := range scenarios {
		for _, step := range sc.AllSteps() {
			if step.Request.Method != http.MethodGet && step.Request.Method != http.MethodHead {
				writing = append(writing, fmt.Sprintf("%s: step %s: %s", sc.File, step.Name, step.Request.Method))
			}
		}
	}
	if len(writing) == 0 {
		return nil
	}
	answer, _ := prompt(std, fmt.Sprintf("This may change the tenant:\n  %s\nGo on? [y/N] ", strings.Join(writing, "\n  ")))
	if answer != "y" && answer != "yes" {
		return &fault.Error{Message: "record: this may change the tenant: " + writing[0], Hint: "--allow-writes runs it"}
	}
	return nil
}

// mustReplay reports whether this is a CI job that nobody meant to run live.
func mustReplay() bool {
	return os.Getenv("CI") == "true" && os.Getenv("GRAPHVCR_RECORD_IN_CI") != "1"
}

// service is where a recording goes.
type service struct {
	base      *url.URL // nil: Graph's global cloud
	transport *quiet.Transport
}

func (f *liveFlags) service() (*service, error) {
	base, err := upstream.Service("record: --base-url", f.baseURL)
	if err != nil {
		return nil, err
	}
	up, err := upstream.Open(upstream.Options{Command: "record", CA: f.upstreamCA, Compress: true})
	if err != nil {
		return nil, err
	}
	return &service{base: base, transport: up.Transport()}, nil
}

// metaOf is what is known of a recording of a service beforehand; nil is Graph's global cloud.
func metaOf(base *url.URL, client string) cassette.Meta {
	meta := cassette.Meta{Origin: cassette.Recorded, Client: client}
	switch {
	case base == nil:
	case wire.IsLoopback(base.Hostname()):
		meta.Origin = cassette.Emulator
	default:
		meta.Cloud = base.Hostname()
	}
	return meta
}

// live is how a recording reaches the service, signed in.
func (s *service) live(who *signedIn, progress func(record.Progress)) record.Live {
	meta := metaOf(s.base, "graphvcr")
	if c, ok := who.claims[""]; ok {
		meta.Auth = c.Auth()
	}
	return record.Live{
		BaseURL: s.base, Meta: meta, Progress: progress,
		Carrier: func(identity string) http.RoundTripper {
			return &refusals{who: who, identity: identity, base: &auth.Transport{
				Credential: who.set[identity], Base: s.transport,
				Without: func(r *http.Request) bool { return runner.IsWithoutAuth(r.Context()) },
			}}
		},
	}
}

// signedIn are the identities of one scenario's recording.
type signedIn struct {
	set     auth.Set
	claims  map[string]auth.Claims
	step    *scenario.Step // that runs; steps run one after the other
	refused []report.Finding
}

// signIn opens the credentials that a scenario's steps need, and signs in.
func (s *service) signIn(ctx context.Context, std Streams, kind string, sc *scenario.Scenario) (*signedIn, error) {
	identities := []string{""}
	for _, step := range sc.AllSteps() {
		identities = append(identities, step.As)
	}
	options := auth.Options{Talk: std.Err}
	if s.base != nil {
		options.GraphURL = s.base.String()
	}
	set, err := auth.OpenSet(kind, identities, options)
	if err != nil {
		return nil, err
	}
	claims, err := set.Claims(ctx)
	if err != nil {
		return nil, err
	}
	return &signedIn{set: set, claims: claims}, nil
}

// findings are what the tokens lacked for a scenario, and held beyond it; and where it
// did not pass, why Graph refused.
func (w *signedIn) findings(sc *scenario.Scenario, result *report.Case) []report.Finding {
	findings := auth.Check(sc.File, sc.AllSteps(), w.claims)
	isError := func(f report.Finding) bool { return f.Severity == report.Error }
	if !slices.ContainsFunc(result.Findings, isError) {
		return findings
	}
	for _, f := range w.refused {
		f.Place.File = sc.File
		findings = append(findings, f)
	}
	return findings
}

// explained is an error of a recording with what Graph refused, if it did.
func (w *signedIn) explained(err error) error {
	if len(w.refused) == 0 {
		return err
	}
	last := w.refused[len(w.refused)-1]
	return errors.Join(err, &fault.Error{Message: last.Message, Hint: last.Hint})
}

// refusals notes why Graph refused requests of an identity.
type refusals struct {
	who      *signedIn
	identity string
	base     http.RoundTripper
}

// mostOfRefusal bounds what is read of a refusal ahead of the client.
const mostOfRefusal = 64 << 10

func (r *refusals) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.base.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
		return resp, err
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, mostOfRefusal)) // the client hears of an error, too
	resp.Body = wire.Begun(body, resp.Body, nil)
	finding := report.Finding{Rule: ruleAuthRefused, Severity: report.Warning}
	var needs *scenario.Permissions
	if step := r.who.step; step != nil {
		needs, finding.Step, finding.Place.Line = step.Permissions, step.Name, step.Line
	}
	why, hint := auth.Explain(resp.StatusCode, body, r.who.claims[r.identity], needs)
	finding.Message, finding.Hint = fmt.Sprintf("%d: %s", resp.StatusCode, why), hint
	r.who.refused = append(r.who.refused, finding)
	return resp, nil
}
