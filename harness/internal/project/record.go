package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
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
	// Mark says of a value that would be stored, by the member or header at which it stands
	// and the member above, that it is a secret, a name or content; nil marks nothing.
	Mark func(name, parent, text string) redact.Class
	// Progress is told what a scenario's recording is about to do; nil is not.
	Progress func(Progress)
}

// Progress is one thing that a recording is about to do: run a step, or wait within it.
type Progress struct {
	Scenario *scenario.Scenario
	Step     *scenario.Step
	Name     string        // the step's
	N, Total int           // which step of how many, cleanup included
	Wait     time.Duration // how long it waits; 0 when the step begins
}

// A Recording is a cassette in the making. It replaces the file of its name only when
// it is complete and nothing in it leaks.
type Recording struct {
	file     string
	live     Live
	redactor *redact.Redactor
	journal  *journal.Journal
	recorder *transport.Recorder
	vars     standIns
	seen     func(*cassette.Interaction) // sees each interaction as it was sent; may be nil
	left     []journal.LeftOut           // what Save could not store
	admitted atomic.Int64                // answers that are no 401
}

// StartRecording begins to record a cassette of a name below the cassettes folder. A
// journal that an earlier recording left, or that one which still runs is writing, is
// fs.ErrExist.
//
// The variables are the values that the scenario's begin with: they are stored as
// redacted, so that a replay sends what was stored.
func (p *Project) StartRecording(name string, vars map[string]string, live Live) (*Recording, error) {
	return p.startRecording(name, "", vars, live)
}

// startRecording takes the pseudonyms of another cassette file than the one it replaces,
// where one is named.
func (p *Project) startRecording(name, like string, vars map[string]string, live Live) (*Recording, error) {
	file, err := p.destination(name)
	if err != nil {
		return nil, err
	}
	salt, err := cassette.MakeSalt(p.Dirs.Cassettes)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", name, err)
	}
	options := redact.Options{Salt: salt, Mark: live.Mark}
	old, err := cassette.Load(cmp.Or(like, file))
	switch {
	case err == nil:
		options.Previous = old
		live.Meta.Expires = cmp.Or(old.Meta.Expires, live.Meta.Expires) // somebody wrote it there
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &fault.Error{
			Message: fmt.Sprintf("record %s over the cassette that is there", name),
			Hint:    "restore it from version control, or remove it to record it anew",
			Cause:   err,
		}
	}
	redactor, err := redact.New(p.Rules.Redact, options)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", name, err)
	}
	j, err := journal.Create(file)
	if err != nil {
		return nil, notRecordable(name, err)
	}
	r := &Recording{file: file, live: live, redactor: redactor, journal: j, vars: standIns{real: maps.Clone(vars)}}
	r.recorder = transport.NewRecorder(j, transport.RecorderOptions{Base: byIdentity{r}, Redact: r.redact})
	return r, nil
}

// saltFolder is where the salt of a cassette file is made: the cassettes folder, or that of a
// file which lies elsewhere.
func (p *Project) saltFolder(file string) string {
	if below, err := relative(p.Dirs.Cassettes, file); err == nil && filepath.IsLocal(below) {
		return p.Dirs.Cassettes
	}
	return filepath.Dir(file)
}

// notRecordable says what to do where a journal cannot be made.
func notRecordable(name string, err error) error {
	if errors.Is(err, fs.ErrExist) { // it says so itself
		return err
	}
	return &fault.Error{
		Message: "record " + name,
		Hint:    "nothing was sent or changed; recordings need a folder that can be written, with room: --cassettes names another",
		Cause:   err,
	}
}

// byIdentity sends a request as the identity that its context names.
type byIdentity struct{ recording *Recording }

func (b byIdentity) RoundTrip(req *http.Request) (*http.Response, error) {
	return b.recording.live.Transport(match.PrincipalOf(req.Context())).RoundTrip(req)
}

// Transport reaches the service as an identity.
func (l *Live) Transport(identity string) http.RoundTripper {
	carrier := l.Carrier(identity)
	if l.BaseURL != nil && !isCloud(l.BaseURL) {
		carrier = &transport.Rebase{Base: carrier, URL: l.BaseURL}
	}
	return carrier
}

// isCloud reports whether a base URL is a cloud's own, which recordings may speak of.
func isCloud(u *url.URL) bool { return u.Scheme == "https" && graph.IsHost(u.Host) }

// baseURL is where requests are addressed to.
func (r *Recording) baseURL() string {
	if r.live.BaseURL != nil && isCloud(r.live.BaseURL) {
		return "https://" + r.live.BaseURL.Host
	}
	return ""
}

// Transport records what is sent through it.
func (r *Recording) Transport() http.RoundTripper { return r.recorder }

func (r *Recording) redact(i *cassette.Interaction) (stored *cassette.Interaction, note []byte) {
	if i.Response.Code == 0 { // an address that is told of
		return r.redactor.Record(i)
	}
	if r.seen != nil {
		r.seen(i)
	}
	if i.Response.Code != http.StatusUnauthorized {
		r.admitted.Add(1)
	}
	stored, note = r.redactor.Record(i)
	r.vars.learn(i.Request, stored.Request)
	return stored, note
}

// Keep stores a value with the cassette, as redacted, for replay. It returns what is stored
// unless a request's body holds the value by itself.
func (r *Recording) Keep(name, value string) (stored string) {
	r.vars.keep(name, value)
	return r.redactor.Var(name, value)
}

// IsEmpty reports whether there is nothing to make a cassette of: no interaction, and no
// variable either, or requests of which none could be kept.
func (r *Recording) IsEmpty() bool {
	return r.recorder.Len() == 0 && (len(r.vars.stored()) == 0 || len(r.recorder.Notes()) > 0)
}

// Save makes the cassette.
func (r *Recording) Save() error {
	meta := r.live.Meta
	meta.Vars = r.vars.stored()
	if meta.RecordedAt.IsZero() {
		meta.RecordedAt = time.Now().UTC().Truncate(time.Second)
	}
	err := r.redactor.Meta(&meta, r.journal.Notes())
	if err == nil {
		r.left, err = r.recorder.Save(r.file, meta, journal.Saving{Clean: true, Place: redact.PlaceOf})
	}
	return r.saved(err)
}

// saved adds to an error of saving what can be done with what was recorded.
func (r *Recording) saved(err error) error {
	if err == nil || fault.Hint(err) != "" {
		return err
	}
	return fault.Advise(err, "once that is fixed, graphvcr record --recover makes a cassette of what was recorded")
}

// Abort drops the recording; the cassette of before stays.
func (r *Recording) Abort() error { return r.journal.Remove() }

// Findings tell of the exchanges that are not kept, or not as they were: errors, where the
// client was answered and a replay has no such answer. They hold nothing that redaction
// replaces. What Save left out is among them, once it was called.
func (r *Recording) Findings() []report.Finding {
	var all []report.Finding
	for _, n := range r.recorder.Notes() {
		n.Err = errors.New(r.redactor.Message(n.Err.Error())) // all else is ours, or redacted
		if n.Lost {
			all = append(all, unstored(r.file, n.String()))
			continue
		}
		all = append(all, report.Finding{
			Rule: ruleRecordBroken, Severity: report.Warning, Place: report.Place{File: r.file},
			Message: "not recorded as it was: " + n.String(),
		})
	}
	return append(all, leftOut(r.file, r.left)...)
}

// Summary tells what was replaced only because nothing knows it, for the end of a recording.
func (r *Recording) Summary() []report.Finding { return unknownOf(r.file, r.redactor.Unknown()) }

// RuleUnstored is the rule of an interaction that no cassette can hold.
const RuleUnstored report.Rule = "record.unstored"

func unstored(file, what string) report.Finding {
	return report.Finding{
		Rule: RuleUnstored, Severity: report.Error, Place: report.Place{File: file},
		Message: "not stored: " + what, Hint: "the other interactions are stored; a replay will miss this one",
	}
}

// leftOut tells what a journal held and a cassette could not.
func leftOut(file string, left []journal.LeftOut) []report.Finding {
	var all []report.Finding
	for _, l := range left {
		all = append(all, unstored(file, l.Error()))
	}
	return all
}
