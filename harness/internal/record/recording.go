package record

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/clean"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Live says how a recording reaches the service.
type Live struct {
	// Carrier sends the requests of an identity and adds its token.
	Carrier func(identity string) http.RoundTripper
	// SignedIn: it adds one, of which Meta may know nothing.
	SignedIn bool
	// BaseURL is the service: nil is https://graph.microsoft.com. A fake's
	// recording speaks of graph.microsoft.com all the same.
	BaseURL *url.URL
	// Meta is what is known of the recording beforehand: origin, auth, client.
	Meta cassette.Meta
	// Mark says of a value that would be stored, by the member or header at which it stands
	// and the member above, that it is a secret, a name or content; nil marks nothing.
	Mark func(name, parent, text string) redact.Class
	// Progress hears what a scenario's recording is about to do; it may be nil.
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
	saving   journal.Saving
	recorder *transport.Recorder
	vars     variables
	seen     func(*cassette.Interaction) // sees each interaction as it was sent; may be nil
	left     []journal.LeftOut           // what Save could not store
	admitted atomic.Int64                // answers that are no 401
	adds     bool                        // to what an earlier recording holds
	before   int                         // interactions that it holds
}

// Start begins to record a cassette of a name below the cassettes folder. A
// journal that an earlier recording left, or that one which still runs is writing, is
// fs.ErrExist.
//
// The variables are the values that the scenario's begin with: they are stored as
// redacted, so that a replay sends what was stored.
func Start(p *project.Project, name string, vars map[string]string, live Live) (*Recording, error) {
	return start(p, name, "", vars, live)
}

// start uses the pseudonyms of another cassette file than the one that is replaced, where one
// is named.
func start(p *project.Project, name, like string, vars map[string]string, live Live) (*Recording, error) {
	file, err := p.Destination(name)
	if err != nil {
		return nil, err
	}
	salt, err := saltfile.Make(p.Dirs.Cassettes)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", name, err)
	}
	options := redact.Options{Salt: salt, Mark: live.Mark}
	saving := journal.Saving{Clean: true}
	old, err := cassette.Load(cmp.Or(like, file))
	switch {
	case err == nil:
		options.Previous, saving.Place = old, redact.PlaceOf
		live.Meta.Expires = cmp.Or(old.Meta.Expires, live.Meta.Expires) // somebody wrote it there
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &fault.Error{
			Message: fmt.Sprintf("record %s over the cassette that is there", name),
			Hint:    "restore it from version control, or remove it to record it again",
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
	r := &Recording{file: file, live: live, redactor: redactor, journal: j, saving: saving}
	r.vars.real, r.vars.learned = map[string]string{}, map[string]string{}
	maps.Copy(r.vars.real, vars)
	r.recorder = transport.NewRecorder(j, transport.RecorderOptions{Base: byIdentity{r}, Redact: r.redact})
	return r, nil
}

// AddTo has the recording add to the interactions that a cassette holds, which stay as they
// are. It is to be called before the first request; nil is a cassette that is yet to be made.
func (r *Recording) AddTo(c *cassette.Cassette) error {
	r.adds = true
	if c == nil {
		return nil
	}
	for n, i := range c.Interactions {
		if err := r.journal.Append(n, journal.NoRetry, i, nil); err != nil {
			return err
		}
	}
	r.before = len(c.Interactions)
	r.recorder = transport.NewRecorder(r.journal, transport.RecorderOptions{Base: byIdentity{r}, Redact: r.redact})
	r.live.Meta = addedTo(c.Meta, r.live.Meta)
	return nil
}

// addedTo is what is known of a cassette to which a recording adds.
func addedTo(old, live cassette.Meta) cassette.Meta {
	live.Auth, live.Origin = cmp.Or(live.Auth, old.Auth), cmp.Or(old.Origin, live.Origin)
	live.Source, live.Expires, live.Redacted, live.Tags = old.Source, old.Expires, old.Redacted, old.Tags
	return live
}

// SignedIn notes on whose behalf the client asked, unless that is known. No request may be
// under way.
func (r *Recording) SignedIn(as *cassette.Auth) {
	r.live.Meta.Auth = cmp.Or(r.live.Meta.Auth, as)
}

// Len is how many interactions were recorded, without those that were there before.
func (r *Recording) Len() int { return r.recorder.Len() - r.before }

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

// cloudHost is the host of the cloud that requests are addressed to, "" for the default.
func (l *Live) cloudHost() string {
	if l.BaseURL != nil && isCloud(l.BaseURL) {
		return l.BaseURL.Host
	}
	return ""
}

// Transport records what is sent through it.
func (r *Recording) Transport() http.RoundTripper { return r.recorder }

func (r *Recording) redact(i *cassette.Interaction) (stored *cassette.Interaction, note []byte) {
	if i.Response.Code == 0 { // an address in a note
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
		r.left, err = r.recorder.Save(r.file, meta, r.saving)
	}
	return recoverable(err)
}

// recoverable adds to an error of saving what can be done with what was recorded.
func recoverable(err error) error {
	if err == nil || fault.Hint(err) != "" {
		return err
	}
	return fault.Advise(err, "once that is fixed, graphvcr record --recover makes a cassette of what was recorded")
}

// Abort drops the recording; the cassette of before stays.
func (r *Recording) Abort() error { return r.journal.Remove() }

// Findings are about the exchanges that are not kept, or not as they were: errors, where the
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

// Summary is for the end of a recording: what was replaced only because nothing knows it, and that
// every answer of a new cassette was 401.
func (r *Recording) Summary() []report.Finding {
	all := clean.Unknown(r.file, r.redactor.Unknown())
	if r.before == 0 && r.admitted.Load() == 0 {
		all = append(all, report.Finding{
			Rule: ruleRecordRefused, Severity: report.Warning, Place: report.Place{File: r.file},
			Message: "every answer was 401: nobody was signed in, or the token was not for this service",
			Hint:    "sign the client in and record again; graphvcr serve and harness.Open add a token themselves",
		})
	}
	return all
}

// ruleUnstored is the rule of an interaction that no cassette can hold.
const ruleUnstored report.Rule = "record.unstored"

func unstored(file, what string) report.Finding {
	return report.Finding{
		Rule: ruleUnstored, Severity: report.Error, Place: report.Place{File: file},
		Message: "not stored: " + what, Hint: "the other interactions are stored; a replay will miss this one",
	}
}

// leftOut is what a journal held and a cassette could not.
func leftOut(file string, left []journal.LeftOut) []report.Finding {
	var all []report.Finding
	for _, l := range left {
		all = append(all, unstored(file, l.Error()))
	}
	return all
}

// End saves what was recorded, and reports how that went. A recording in which nothing
// happened leaves the cassette as it was.
func (r *Recording) End(name string) report.Case {
	result := report.Case{Name: name, File: r.file}
	saved := r.end()
	if saved.Severity == report.Error {
		result.Status = report.Errored
	}
	result.Findings = append(r.Findings(), saved)
	if saved.Rule == ruleRecordSaved {
		result.Findings = append(result.Findings, r.Summary()...)
	}
	return result
}

// end saves or drops the recording, and says what became of it.
func (r *Recording) end() report.Finding {
	f := report.Finding{Rule: ruleRecordSaved, Severity: report.Note, Place: report.Place{File: r.file}}
	count, retried := r.Len(), r.recorder.Retried()
	if count == 0 {
		f.Rule, f.Severity, f.Message = ruleRecordNothing, report.Warning, "nothing was recorded, and the cassette stays as it was"
		if r.adds {
			f.Severity, f.Message = report.Note, "every request was answered from the cassette, which stays as it was"
		}
		if err := r.Abort(); err != nil {
			f.Rule, f.Severity, f.Message = ruleRecordSave, report.Error, err.Error()
		}
		return f
	}
	if err := r.Save(); err != nil {
		f.Rule, f.Severity, f.Message = ruleRecordSave, report.Error, err.Error()
		f.Hint = fault.Hint(err)
		return f
	}
	count -= len(r.left)
	f.Message = fmt.Sprintf("%d interactions were recorded", count)
	if count == 1 {
		f.Message = "1 interaction was recorded"
	}
	if r.adds {
		f.Message += fmt.Sprintf(" and added to the %d that were there", r.before)
	}
	if retried > 0 {
		f.Message += fmt.Sprintf("; not stored: %d that a client sent again after 429, 503 or 504", retried)
	}
	return f
}
