package session

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Mode says what a session does with a request.
type Mode string

// The modes.
const (
	Replay Mode = "replay" // answer it from the cassettes
	Record Mode = "record" // send it to the service, and keep the exchange
	Spy    Mode = "spy"    // answer it from the cassette, and record it where that has no answer
)

// ParseMode reads the name of a mode.
func ParseMode(name string) (Mode, error) {
	switch m := Mode(name); m {
	case Replay, Record, Spy:
		return m, nil
	}
	return "", &fault.Error{Message: fmt.Sprintf("unknown mode %q", name), Hint: "the modes are replay, record and spy"}
}

// Options say how a session opens.
type Options struct {
	Mode       Mode
	Cassettes  []string      // one, unless they are replayed
	Live       record.Live   // reaches the service; not used on replay
	Inputs     replay.Inputs // the client's values for what the cassettes store
	RetryAfter bool          // replay Retry-After as it was recorded
}

// A Session is one use of cassettes by a client of any kind.
type Session struct {
	name      string
	mode      Mode
	playback  *replay.Playback  // nil while everything is recorded
	recording *record.Recording // unless replaying
}

// Open begins a session.
func Open(p *project.Project, o Options) (*Session, error) {
	if o.Mode != Replay && len(o.Cassettes) != 1 {
		return nil, &fault.Error{Message: fmt.Sprintf("%s takes one cassette, not %d", o.Mode, len(o.Cassettes)), Hint: "name the one that is to be written"}
	}
	s := &Session{mode: o.Mode, name: strings.Join(o.Cassettes, ", ")}
	var err error
	switch o.Mode {
	case Replay:
		s.playback, err = replay.Open(p, transport.Options{RetryAfter: o.RetryAfter}, o.Cassettes...)
	case Record:
		s.recording, err = record.Start(p, o.Cassettes[0], nil, o.Live)
	case Spy:
		err = s.spy(p, o)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(o.Inputs)) {
		if err := s.input(name, o.Inputs[name]); err != nil {
			s.End() // of nothing
			return nil, err
		}
	}
	return s, nil
}

// spy begins with what the cassette holds, if there is one, to which the recording adds.
func (s *Session) spy(p *project.Project, o Options) error {
	name, options := o.Cassettes[0], transport.Options{RetryAfter: o.RetryAfter}
	var err error
	if s.playback, err = replay.Open(p, options, name); errors.Is(err, fs.ErrNotExist) {
		s.playback, err = replay.Open(p, options)
	}
	if err != nil {
		return err
	}
	var old *cassette.Cassette
	if all := s.playback.Cassettes(); len(all) == 1 {
		old, name = all[0], all[0].Name
	}
	if s.recording, err = record.Start(p, name, s.playback.Vars(), o.Live); err != nil {
		s.playback.Close()
		return err
	}
	if err = s.recording.AddTo(old); err != nil {
		s.playback.Close()
		err = errors.Join(err, s.recording.Abort())
	}
	return err
}

// input makes a value of the client stand for what the cassettes store under a name: a
// variable, or a pseudonym itself.
func (s *Session) input(name, value string) error {
	if s.playback == nil {
		return &fault.Error{Message: fmt.Sprintf("input %s: a recording stores the client's own values", name), Hint: "inputs are for replay"}
	}
	return s.playback.Input(name, value)
}

// Playback answers from the cassettes; nil while everything is recorded.
func (s *Session) Playback() *replay.Playback { return s.playback }

// Recording keeps exchanges; nil on replay.
func (s *Session) Recording() *record.Recording { return s.recording }

// Live reports whether requests may leave the machine.
func (s *Session) Live() bool { return s.mode != Replay }

// Transport answers requests.
func (s *Session) Transport() http.RoundTripper {
	switch s.mode {
	case Record:
		return s.recording.Transport()
	case Spy:
		return spy{s.playback.Transport(), s.recording.Transport()}
	}
	return s.playback.Transport()
}

// spy asks the cassette first.
type spy struct{ recorded, live http.RoundTripper }

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

// End saves what was recorded, and reports what there is to report. A recording in which
// nothing happened leaves the cassette as it was.
func (s *Session) End() report.Case {
	if s.playback != nil {
		defer s.playback.Close()
		if s.recording == nil {
			return s.playback.Case(s.name)
		}
	}
	return s.recording.End(s.name)
}
