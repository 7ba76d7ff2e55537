package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

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
	failed := slices.ContainsFunc(result.Findings, func(f report.Finding) bool { return f.Severity == report.Error })
	if !failed {
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
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), resp.Body), resp.Body}
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
