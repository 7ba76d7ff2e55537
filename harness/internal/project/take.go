package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Mode says what a take does with a request.
type Mode string

// The modes.
const (
	ModeReplay Mode = "replay" // answer it from the cassettes
	ModeRecord Mode = "record" // send it to the service, and keep the exchange
	ModeSpy    Mode = "spy"    // answer it from the cassette, and record it where that has no answer
)

// ParseMode reads the name of a mode.
func ParseMode(name string) (Mode, error) {
	switch m := Mode(name); m {
	case ModeReplay, ModeRecord, ModeSpy:
		return m, nil
	}
	return "", &fault.Error{Message: fmt.Sprintf("unknown mode %q", name), Hint: "the modes are replay, record and spy"}
}

// A Take is one use of cassettes by a client of any kind: a replay, a recording, or a
// recording of what a replay lacks.
type Take struct {
	name      string
	mode      Mode
	playback  *Playback  // unless recording
	recording *Recording // unless replaying
	before    int        // interactions that the recording began with
}

// Take begins a take. Recording takes one cassette, which live reaches the service for;
// on replay it is not used.
func (p *Project) Take(mode Mode, names []string, live Live) (*Take, error) {
	t := &Take{mode: mode, name: strings.Join(names, ", ")}
	var err error
	if mode != ModeReplay && len(names) != 1 {
		return nil, &fault.Error{Message: fmt.Sprintf("%s takes one cassette, not %d", mode, len(names)), Hint: "name the one that is to be written"}
	}
	switch mode {
	case ModeReplay:
		t.playback, err = p.Play(names...)
	case ModeRecord:
		t.recording, err = p.StartRecording(names[0], nil, live)
	case ModeSpy:
		err = t.spy(p, names[0], live)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// spy begins with what the cassette holds, if there is one, to which the recording adds.
func (t *Take) spy(p *Project, name string, live Live) error {
	var err error
	if t.playback, err = p.Play(name); errors.Is(err, fs.ErrNotExist) {
		t.playback, err = p.Play()
	}
	if err != nil {
		return err
	}
	if len(t.playback.tapes) == 1 {
		old := t.playback.tapes[0].cassette
		name = old.Name
		live.Meta = addedTo(old.Meta, live.Meta)
	}
	if t.recording, err = p.StartRecording(name, t.playback.Vars(), live); err != nil {
		t.playback.Close()
		return err
	}
	r := t.recording
	for _, tape := range t.playback.tapes {
		for i, interaction := range tape.cassette.Interactions {
			if err := r.journal.Append(i, journal.NoRetry, interaction, nil); err != nil {
				t.playback.Close()
				return errors.Join(err, r.Abort())
			}
			t.before++
		}
	}
	r.recorder = transport.NewRecorder(r.journal, transport.RecorderOptions{Base: byIdentity{r}, Redact: r.redact, First: t.before})
	return nil
}

// addedTo is what is known of a cassette to which a recording adds.
func addedTo(old, live cassette.Meta) cassette.Meta {
	if live.Auth == nil {
		live.Auth = old.Auth
	}
	if old.Origin != "" {
		live.Origin = old.Origin
	}
	live.Source, live.Expires, live.Redacted, live.Tags = old.Source, old.Expires, old.Redacted, old.Tags
	return live
}

// Playback answers from the cassettes; nil while recording anew.
func (t *Take) Playback() *Playback { return t.playback }

// Recording keeps exchanges; nil on replay.
func (t *Take) Recording() *Recording { return t.recording }

// Recorded is how many interactions were recorded, without those that were there before.
func (t *Take) Recorded() int {
	if t.recording == nil {
		return 0
	}
	return t.recording.recorder.Len() - t.before
}

// Live reports whether requests may leave the machine.
func (t *Take) Live() bool { return t.mode != ModeReplay }

// Vars are the values that were stored with what is replayed.
func (t *Take) Vars() map[string]string {
	if t.playback == nil {
		return nil
	}
	return t.playback.Vars()
}

// SignedIn notes with a recording on whose behalf its client asked, unless that is known. No
// request may be under way.
func (t *Take) SignedIn(as *cassette.Auth) {
	if t.recording != nil && t.recording.live.Meta.Auth == nil {
		t.recording.live.Meta.Auth = as
	}
}

// Input makes a value of the client stand for what the cassettes store under a name: a
// variable, or a pseudonym itself. It is to be called before the first request.
func (t *Take) Input(name, value string) error {
	if t.playback == nil {
		return &fault.Error{Message: fmt.Sprintf("input %s: a recording stores the client's own values", name), Hint: "inputs are for replay"}
	}
	return t.playback.Input(name, value)
}

// Transport answers requests.
func (t *Take) Transport() http.RoundTripper {
	switch t.mode {
	case ModeRecord:
		return t.recording.Transport()
	case ModeSpy:
		return spy{t.playback.Transport(), t.recording.Transport()}
	}
	return t.playback.Transport()
}

// spy asks the cassette first.
type spy struct{ recorded, live http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (s spy) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil && req.Body != http.NoBody {
		var err error
		body, err = io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("read the request's body: %w", err)
		}
	}
	again := func(sent *http.Request) {
		if len(body) > 0 {
			wire.SetRequestBody(sent, body)
		}
	}
	resp, err := wire.Send(s.recorded, req, again)
	var miss *match.MissError
	if errors.As(err, &miss) {
		return wire.Send(s.live, req, again)
	}
	return resp, err
}

// End saves what was recorded, and tells what there is to tell. A recording in which
// nothing happened leaves the cassette as it was.
func (t *Take) End() report.Case {
	told := report.Case{Name: t.name}
	if t.playback != nil {
		defer t.playback.Close()
		if t.mode == ModeReplay {
			return t.playback.Case(t.name)
		}
	}
	told.File = t.recording.file
	saved := t.save()
	if saved.Severity == report.Error {
		told.Status = report.Errored
	}
	told.Findings = append(t.recording.Findings(), saved)
	if saved.Rule == ruleRecordSaved {
		told.Findings = append(told.Findings, t.recording.Summary()...)
		if t.mode == ModeRecord && t.recording.admitted.Load() == 0 {
			told.Findings = append(told.Findings, report.Finding{
				Rule: ruleRecordRefused, Severity: report.Warning, Place: report.Place{File: told.File},
				Message: "every answer was 401: nobody was signed in, or the token was not for this service",
				Hint:    "sign the client in and record again; graphvcr serve and harness.Open add a token themselves",
			})
		}
	}
	return told
}

// save tells how it went.
func (t *Take) save() report.Finding {
	file := t.recording.file
	f := report.Finding{Rule: ruleRecordSaved, Severity: report.Note, Place: report.Place{File: file}}
	count := t.Recorded()
	if count == 0 {
		f.Rule, f.Severity, f.Message = ruleRecordNothing, report.Warning, "nothing was recorded, and the cassette stays as it was"
		if t.mode == ModeSpy {
			f.Severity, f.Message = report.Note, "every request was answered from the cassette, which stays as it was"
		}
		if err := t.recording.Abort(); err != nil {
			f.Rule, f.Severity, f.Message = ruleRecordSave, report.Error, err.Error()
		}
		return f
	}
	if err := t.recording.Save(); err != nil {
		f.Rule, f.Severity, f.Message = ruleRecordSave, report.Error, err.Error()
		f.Hint = fault.Hint(err)
		return f
	}
	count -= len(t.recording.left)
	f.Message = fmt.Sprintf("%d interactions were recorded", count)
	if count == 1 {
		f.Message = "1 interaction was recorded"
	}
	if t.mode == ModeSpy {
		f.Message += fmt.Sprintf(" and added to the %d that were there", t.before)
	}
	return f
}
