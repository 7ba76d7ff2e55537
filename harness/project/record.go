package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/match"
	"github.com/graphvcr/graphvcr/harness/redact"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/runner"
	"github.com/graphvcr/graphvcr/harness/transport"
)

// Live says how a recording reaches the service.
type Live struct {
	// Carrier sends the requests of an identity and adds its token.
	Carrier func(identity string) http.RoundTripper
	// BaseURL is the service: nil is https://graph.microsoft.com. A stand-in's
	// recording speaks of graph.microsoft.com all the same.
	BaseURL *url.URL
	// Meta is what is known of the recording beforehand: origin, auth, client.
	Meta cassette.Meta
	// Wait pauses between polls; nil is transport.Pause.
	Wait func(ctx context.Context, d time.Duration) error
}

// A Recording is a cassette in the making. It replaces the file of its name only when
// it is complete and nothing in it leaks.
type Recording struct {
	file     string
	live     Live
	redactor *redact.Redactor
	journal  *cassette.Journal
	recorder *transport.Recorder
	vars     standIns
}

// StartRecording begins to record a cassette of a name below the cassettes folder. A
// journal that an earlier recording left is a *cassette.LeftoverError.
//
// The variables are the values that the scenario's begin with: they are stored as
// redacted, so that a replay sends what was stored.
func (p *Project) StartRecording(name string, vars map[string]string, live Live) (*Recording, error) {
	local := filepath.FromSlash(strings.TrimSuffix(name, ".yaml") + ".yaml")
	if !filepath.IsLocal(local) {
		return nil, &Error{
			Message: fmt.Sprintf("cassette %q lies outside the cassettes folder %s", name, p.Dirs.Cassettes),
			Advice:  "name it by its path below that folder",
		}
	}
	file := clean(filepath.Join(p.Dirs.Cassettes, local))
	options := redact.Options{}
	old, err := cassette.Load(file)
	switch {
	case err == nil:
		options.Previous = old
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	redactor, err := redact.New(p.Rules.Redact, options)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", name, err)
	}
	journal, err := cassette.CreateJournal(file)
	if err != nil {
		return nil, err
	}
	r := &Recording{file: file, live: live, redactor: redactor, journal: journal, vars: standIns{real: maps.Clone(vars)}}
	r.recorder = transport.NewRecorder(journal, transport.RecorderOptions{Base: byIdentity{r}, Redact: r.redact})
	return r, nil
}

// byIdentity sends a request as the identity that its context names.
type byIdentity struct{ recording *Recording }

func (b byIdentity) RoundTrip(req *http.Request) (*http.Response, error) {
	live := b.recording.live
	carrier := live.Carrier(match.PrincipalOf(req.Context()))
	if live.BaseURL != nil && !isCloud(live.BaseURL) {
		carrier = &transport.Rebase{Base: carrier, URL: live.BaseURL}
	}
	return carrier.RoundTrip(req)
}

// isCloud reports whether a base URL is a cloud's own, which recordings may speak of.
func isCloud(u *url.URL) bool { return u.Scheme == "https" && graphurl.IsGraphHost(u.Host) }

// baseURL is where requests are addressed to.
func (r *Recording) baseURL() string {
	if r.live.BaseURL != nil && isCloud(r.live.BaseURL) {
		return "https://" + r.live.BaseURL.Host
	}
	return ""
}

// Transport records what is sent through it.
func (r *Recording) Transport() http.RoundTripper { return r.recorder }

func (r *Recording) redact(i *cassette.Interaction) *cassette.Interaction {
	stored := r.redactor.Interaction(i)
	r.vars.learn(i.Request.Body, stored.Request.Body)
	return stored
}

// Keep stores a value with the cassette, as redacted, for replay.
func (r *Recording) Keep(name, value string) { r.vars.keep(name, value) }

// Save makes the cassette.
func (r *Recording) Save() error {
	whole := &cassette.Cassette{File: r.file, Meta: r.live.Meta}
	whole.Meta.Format, whole.Meta.Vars = 1, r.vars.stored()
	if whole.Meta.RecordedAt.IsZero() {
		whole.Meta.RecordedAt = time.Now().UTC().Truncate(time.Second)
	}
	r.redactor.Finish(whole)
	polish := func(i *cassette.Interaction) {
		r.redactor.Finish(&cassette.Cassette{Meta: cassette.Meta{Origin: whole.Meta.Origin}, Interactions: []*cassette.Interaction{i}})
	}
	return r.recorder.Save(r.file, whole.Meta, polish, r.redactor.Guard())
}

// Abort drops the recording; the cassette of before stays.
func (r *Recording) Abort() error { return r.journal.Remove() }

// Record runs a scenario live. Where it passes, its cassette is replaced by the
// recording, which is then replayed to see that it does replay; where it fails, the
// cassette of before stays. An interrupted recording leaves its journal.
func (p *Project) Record(ctx context.Context, file string, live Live) (report.Case, error) {
	sc, err := p.Scenario(file)
	if err != nil {
		return report.Case{}, err
	}
	vars, err := variables(sc)
	if err != nil {
		return report.Case{}, err
	}
	r, err := p.StartRecording(sc.Cassette, vars, live)
	if err != nil {
		return report.Case{}, err
	}
	told := runner.Run(ctx, sc, runner.Options{
		Transport: func(string) http.RoundTripper { return r.Transport() },
		BaseURL:   r.baseURL(),
		Schemas:   p.Schemas,
		Env:       os.LookupEnv,
		Wait:      live.Wait,
	})
	for _, n := range r.recorder.Notes() {
		told.Findings = append(told.Findings, report.Finding{
			Rule: "record.broken", Severity: report.Warning, Place: report.Place{File: file},
			Message: fmt.Sprintf("not recorded: %s %s: %v", n.Method, n.URL, n.Err),
		})
	}
	switch {
	case ctx.Err() != nil:
		told.Findings = append(told.Findings, report.Finding{
			Rule: "record.interrupted", Severity: report.Error, Place: report.Place{File: file},
			Message: "interrupted: what was recorded is in " + r.journal.Name(), Hint: "graphvcr record --recover",
		})
		told.Status = report.Errored
		return told, r.journal.Close()
	case !passed(told):
		told.Findings = append(told.Findings, report.Finding{
			Rule: "record.dropped", Severity: report.Note, Place: report.Place{File: file},
			Message: "the scenario did not pass, so " + r.file + " was not replaced",
		})
		return told, r.Abort()
	}
	if err := r.Save(); err != nil {
		return told, err
	}
	return p.verified(ctx, file, told)
}

func passed(c report.Case) bool {
	suite := report.Suite{Cases: []report.Case{c}}
	suite.Finish()
	return suite.Cases[0].Status == report.Passed
}

// verified replays a fresh recording. That it does not replay is worth an error.
func (p *Project) verified(ctx context.Context, file string, told report.Case) (report.Case, error) {
	suite, err := p.Replay(ctx, Selection{Paths: []string{file}})
	if err != nil {
		return told, err
	}
	for _, c := range suite.Cases {
		if c.Status == report.Passed {
			continue
		}
		told.Findings = append(told.Findings, report.Finding{
			Rule: "record.replay", Severity: report.Error, Place: report.Place{File: file},
			Message: "it was recorded, and does not pass when it is replayed",
			Hint:    "expectations of values that redaction replaces want a variable, or redact: {identity: off} for invented people",
		})
		told.Findings = append(told.Findings, c.Findings...)
	}
	return told, nil
}

// Recover makes a cassette of a journal that an interrupted recording left: x.yaml
// where there is none, else x.recovered.yaml. What the journal's end lost is a warning.
func (p *Project) Recover(journal string) (report.Case, error) {
	file := strings.TrimSuffix(clean(journal), ".journal")
	told := report.Case{Name: file, File: clean(journal)}
	interactions, torn, err := cassette.ReadJournal(journal)
	if err != nil {
		return told, err
	}
	if torn != nil {
		told.Findings = append(told.Findings, report.Finding{
			Rule: "record.torn", Severity: report.Warning, Place: report.Place{File: told.File},
			Message: fmt.Sprintf("%d bytes after interaction %d were half written and are lost", torn.Bytes, torn.After-1),
		})
	}
	if len(interactions) == 0 {
		return told, os.Remove(journal)
	}
	if _, err := os.Lstat(file); err == nil {
		file = strings.TrimSuffix(file, ".yaml") + ".recovered.yaml"
	}
	c := &cassette.Cassette{File: file, Meta: cassette.Meta{Format: 1, Origin: cassette.Recorded, Source: "recovered from an interrupted recording"}, Interactions: interactions}
	if err := c.Save(file, p.guard); err != nil {
		return told, err
	}
	told.Name = fmt.Sprintf("%s (%d interactions)", file, len(interactions))
	return told, os.Remove(journal)
}

// Journals lists the journals that recordings left in the cassettes folder.
func (p *Project) Journals() ([]string, error) {
	var found []string
	err := Walk(p.Dirs.Cassettes, func(file string) error {
		if strings.HasSuffix(file, ".yaml.journal") {
			found = append(found, file)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for journals: %w", err)
	}
	return found, nil
}
