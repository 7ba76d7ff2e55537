package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/internal/signin"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Session is one cassette in one test or program: replayed, recorded or passed through. It
// is safe for concurrent use, and tests with sessions may run in parallel; subtests that run
// in parallel may share one, or each have their own.
type Session struct {
	t         tester
	name      string
	carrier   *carrier
	playback  *replay.Playback  // where answers may come from the cassette
	recording *record.Recording // where exchanges are kept
	unusedOK  bool
	close     func() error // of a program's session

	drawn drawn
}

// Open opens a cassette for a test and closes it when the test ends. The arguments are the
// cassette's name, a string, and any [Option]; without a name it is the test's own, below the
// folder of its package:
//
//	s := harness.Open(t)
//	s := harness.Open(t, "users/list")
//	s := harness.Open(t, "users/list", harness.Once())
//
// Where answers come from the cassette, a request without one fails the test with its
// explanation, even where the client swallows the error; interactions that nothing asked for
// fail a test that passed otherwise, unless subtests were left out by go test -run or -skip,
// or [AllowUnused] says so. While recording, the cassette is replaced only if the test passed.
// What fails, fails at the line that called Open.
//
// A cassette that has expired is logged, and fails the test under CI=true.
func Open(t testing.TB, nameAndOptions ...any) *Session {
	t.Helper()
	var name string
	var opts []Option
	for n, arg := range nameAndOptions {
		switch arg := arg.(type) {
		case string:
			if name != "" || arg == "" {
				t.Fatalf("harness.Open: argument %d, %q: want one name of a cassette, or none for the test's", n+2, arg)
			}
			name = arg
		case Option:
			opts = append(opts, arg)
		default:
			t.Fatalf("harness.Open: argument %d is of type %T: want the name of a cassette, or a harness.Option", n+2, arg)
		}
	}
	s := &Session{t: t, name: name}
	if err := s.open(apply(opts)); err != nil {
		t.Fatalf("open cassette %q: %s", s.name, explain(err))
	}
	t.Cleanup(func() {
		t.Helper()
		s.end()
	})
	return s
}

// New opens a cassette outside a test. Close ends the session, and returns what Open would
// fail a test for: misses, and what nothing asked for. A program's session records what it
// did until Close, however the program judges it.
func New(name string, opts ...Option) (*Session, error) {
	p := &program{}
	s := &Session{t: p, name: name, close: p.close}
	if err := s.open(apply(opts)); err != nil {
		return nil, errors.Join(fmt.Errorf("open cassette %q: %w", name, err), p.close())
	}
	p.Cleanup(s.end)
	return s, nil
}

// Close ends a session that [New] opened; one of a test ends with the test, and Close does
// nothing. No request may be under way.
func (s *Session) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

func (s *Session) open(o options) error {
	s.t.Helper()
	s.unusedOK = o.allowUnused
	m, err := decide(o.mode)
	if err != nil {
		return err
	}
	service, err := o.service()
	if err != nil {
		return err
	}
	below := quiet.Over(o.below)
	if own, ok := below.(*quiet.Transport); ok {
		s.t.Cleanup(own.CloseIdleConnections)
	}
	reach := record.Live{
		Carrier: func(string) http.RoundTripper { return below },
		BaseURL: service, Mark: o.classes(),
		Meta: cassette.Meta{Origin: cassette.Recorded, Client: "go test"},
	}
	if service != nil {
		reach.Meta.Origin = cassette.Emulator
	}
	s.carrier = &carrier{name: s.name, below: below, service: service, missed: map[string]*missed{}}
	if err := s.carrier.passing(o.pass); err != nil {
		return err
	}
	if m == modeLive {
		s.carrier.next = reach.Transport("")
		return nil
	}
	p, m, err := o.project(s, m)
	if err != nil {
		return err
	}
	return s.begin(p, m, o.inputs, reach)
}

func (s *Session) begin(p *project.Project, m mode, inputs replay.Inputs, reach record.Live) error {
	s.t.Helper()
	if m != modeReplay {
		inputs = nil
	}
	opened, err := session.Open(p, session.Options{Mode: session.Mode(m), Cassettes: []string{s.name}, Live: reach, Inputs: inputs})
	if err != nil {
		if m == modeReplay && errors.Is(err, fs.ErrNotExist) {
			s.t.Logf("with %s=record the test records cassette %q", modeVariable, s.name)
		}
		return err
	}
	s.playback, s.recording = opened.Playback(), opened.Recording()
	s.carrier.next = opened.Transport()
	if s.playback == nil {
		return nil
	}
	s.t.Cleanup(s.playback.Close)
	if s.recording != nil {
		return nil
	}
	said := signin.Options{} // on behalf of whom the cassette was recorded
	if as := s.playback.Auth(); as != nil {
		said.Scopes, said.Roles = as.Scopes, as.Roles
	}
	s.carrier.signIn = signin.New(said)
	for _, f := range s.playback.Expired() {
		log := s.t.Logf
		if f.Severity == report.Error {
			log = s.t.Errorf
		}
		log("cassette %q: %s (%s)", s.name, f.Sentence(), f.Hint)
	}
	return nil
}

// end reports what there is to report once the test is over, and makes the cassette.
func (s *Session) end() {
	s.t.Helper()
	switch {
	case s.recording != nil:
		s.endRecording()
	case s.playback != nil:
		s.endReplay()
	}
}

func (s *Session) endReplay() {
	s.t.Helper()
	for _, miss := range s.carrier.misses() {
		s.t.Errorf("%s", miss)
	}
	if s.t.Failed() || s.t.Skipped() || s.unusedOK {
		return
	}
	log := s.t.Errorf
	if inPart(s.t.Name()) { // the rest may well ask for it
		log = s.t.Logf
	}
	for _, unused := range s.playback.Unused() {
		log("recorded, but never requested: %s", unused)
	}
}

func (s *Session) endRecording() {
	s.t.Helper()
	why := ""
	switch {
	case s.t.Failed():
		why = "the test failed"
	case s.t.Skipped():
		why = "the test was skipped"
	case s.playback != nil && s.recording.Len() == 0:
		why = "it answered every request"
	case s.recording.IsEmpty():
		why = "nothing was recorded"
	}
	if why != "" {
		s.t.Logf("cassette %q was not replaced, because %s", s.name, why)
		if err := s.recording.Abort(); err != nil {
			s.t.Errorf("cassette %q: %v", s.name, err)
		}
	} else if err := s.recording.Save(); err != nil {
		s.t.Errorf("%s", explain(err))
	}
	findings := s.recording.Findings()
	if why == "" {
		findings = append(findings, s.recording.Summary()...)
	}
	for _, f := range findings {
		log := s.t.Logf
		if f.Severity == report.Error && !s.t.Skipped() {
			log = s.t.Errorf
		}
		log("cassette %q: %s", s.name, f.Message)
		if f.Severity == report.Note && f.Hint != "" {
			s.t.Logf("hint: %s", f.Hint)
		}
	}
}

// Replays reports whether answers come from the cassette alone, so that nothing else is
// needed: no credential, no network, no waiting.
func (s *Session) Replays() bool { return s.playback != nil && s.recording == nil }

// Client sends its requests through the session.
func (s *Session) Client() *http.Client { return &http.Client{Transport: s.carrier} }

// Transport is for clients that put middleware of their own above it, as kiota does.
func (s *Session) Transport() http.RoundTripper { return s.carrier }

// A mode is what becomes of a session's requests.
type mode string

const (
	modeReplay = mode(session.Replay)
	modeRecord = mode(session.Record)
	modeSpy    = mode(session.Spy)
	modeOnce   = mode("once")
	modeLive   = mode("live")
)

// modeVariable says the mode of all sessions.
const modeVariable = "GRAPHVCR_MODE"

// cassettesEnv names a folder that takes the place of every folder of cassettes on replay:
// graphvcr whatif has changed copies in it.
const cassettesEnv = "GRAPHVCR_CASSETTES"

// decide is the mode of a session: what the environment says, else the option. Only the
// option gives way to a replay under CI=true, where nothing is recorded, and over changed
// cassettes: it stands in the test for good, and the test runs there too.
func decide(option mode) (mode, error) {
	inCI := os.Getenv("CI") == "true" && os.Getenv("GRAPHVCR_RECORD_IN_CI") != "1"
	said := mode(os.Getenv(modeVariable))
	switch {
	case said == "" && (inCI || os.Getenv(cassettesEnv) != ""):
		return modeReplay, nil
	case said == "":
		return option, nil
	case !slices.Contains([]mode{modeReplay, modeRecord, modeLive, modeOnce, modeSpy}, said):
		return "", fmt.Errorf("%s=%q is none of replay, record, live, once, spy", modeVariable, said)
	case inCI && (said == modeRecord || said == modeOnce || said == modeSpy):
		return "", fmt.Errorf("%s=%s under CI=true: set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record", modeVariable, said)
	}
	return said, nil
}

// settle says what once comes to, now that the cassettes can be looked at.
func settle(m mode, p *project.Project, name string) (mode, error) {
	if m != modeOnce {
		return m, nil
	}
	switch _, err := p.CassetteFile(name); {
	case err == nil:
		return modeReplay, nil
	case errors.Is(err, fs.ErrNotExist):
		return modeRecord, nil
	default:
		return "", err
	}
}
