package harness

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Session is one cassette in one test: replayed by default, recorded with
// GRAPHVCR_MODE=record, passed through with GRAPHVCR_MODE=live. It is safe for
// concurrent use, and tests with sessions may run in parallel.
type Session struct {
	t         testing.TB
	name      string
	transport http.RoundTripper
	playback  *project.Playback  // on replay
	recording *project.Recording // while recording

	mu   sync.Mutex
	seen map[string]int // how often Now and NewID were asked
}

// Option changes how a session opens.
type Option func(*options)

type options struct {
	dirs   project.Dirs
	below  http.RoundTripper
	inputs []input
}

type input struct{ name, value string }

// Dir names the folder that holds cassettes, instead of cassettes/ beside the
// nearest go.mod.
func Dir(cassettes string) Option {
	return func(o *options) { o.dirs.Cassettes = cassettes }
}

// WithTransport carries the requests of a recording or a live run, and adds the token
// if the client brings none: it lies below the recorder, which cannot see what it adds. An
// *http.Transport is copied, onto connections of which net/http prints nothing; of one
// within another transport it may print what a service sends unasked.
func WithTransport(below http.RoundTripper) Option {
	return func(o *options) { o.below = below }
}

// Input makes, on replay, a value of this run stand for what the cassette stores under a
// name: a variable (which Var then returns), or a pseudonym itself, such as
// user1@contoso.example. Most values need none: they are bound where the client sends
// them in the only place where they fit.
func Input(name, value string) Option {
	return func(o *options) { o.inputs = append(o.inputs, input{name, value}) }
}

// Open opens the cassette of a name for a test and closes it when the test ends.
//
// On replay, a request without an answer fails the test with its explanation, even where
// the client swallows the error; interactions that nothing asked for fail a test that
// passed otherwise. While recording, the cassette is replaced only if the test passed.
//
// A cassette that has expired is logged, and fails the test under CI=true.
//
// Anything but replay, record or live in GRAPHVCR_MODE fails the test; so does recording
// under CI=true without GRAPHVCR_RECORD_IN_CI=1.
func Open(t testing.TB, name string, opts ...Option) *Session {
	t.Helper()
	o := options{below: quiet.Over(http.DefaultTransport)}
	for _, opt := range opts {
		opt(&o)
	}
	s := &Session{t: t, name: name, seen: map[string]int{}}
	var err error
	switch mode := os.Getenv("GRAPHVCR_MODE"); mode {
	case "", "replay":
		err = s.replay(o)
	case "record":
		o.below = s.quiet(o.below)
		err = s.record(o)
	case "live":
		s.transport = s.quiet(o.below)
	default:
		err = fmt.Errorf("GRAPHVCR_MODE=%q is none of replay, record, live", mode)
	}
	if err != nil {
		t.Fatalf("open cassette %q: %s", name, explain(err))
	}
	return s
}

// quiet is a transport that prints nothing of what comes over its connections, which are
// closed with the test. Any but an *http.Transport is used as it is.
func (s *Session) quiet(below http.RoundTripper) http.RoundTripper {
	below = quiet.Over(below)
	if own, ok := below.(*quiet.Transport); ok {
		s.t.Cleanup(own.CloseIdleConnections)
	}
	return below
}

// cassettesEnv names a folder that takes the place of every folder of cassettes on replay:
// graphvcr whatif has changed copies in it.
const cassettesEnv = "GRAPHVCR_CASSETTES"

func (s *Session) replay(o options) error {
	o.dirs.Cassettes = cmp.Or(os.Getenv(cassettesEnv), o.dirs.Cassettes)
	p, err := project.Open(o.dirs)
	if err != nil {
		return err
	}
	if s.playback, err = p.Play(s.name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			s.t.Logf("with GRAPHVCR_MODE=record the test records cassette %q", s.name)
		}
		return err
	}
	s.t.Cleanup(s.playback.Close)
	for _, in := range o.inputs {
		if err := s.playback.Input(in.name, in.value); err != nil {
			return err
		}
	}
	for _, f := range s.playback.Expired() {
		tell := s.t.Logf
		if f.Severity == report.Error {
			tell = s.t.Errorf
		}
		tell("cassette %q: %s (%s)", s.name, f.Sentence(), f.Hint)
	}
	s.transport = s.playback.Transport()
	s.t.Cleanup(s.endReplay)
	return nil
}

func (s *Session) endReplay() {
	s.t.Helper()
	for _, miss := range s.playback.Misses() {
		s.t.Errorf("%v", miss)
	}
	if s.t.Failed() || s.t.Skipped() {
		return
	}
	for _, unused := range s.playback.Unused() {
		s.t.Errorf("recorded, but never requested: %s", unused)
	}
}

func (s *Session) record(o options) error {
	if os.Getenv("CI") == "true" && os.Getenv("GRAPHVCR_RECORD_IN_CI") != "1" {
		return fmt.Errorf("GRAPHVCR_MODE=record under CI=true: set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record")
	}
	p, err := project.Open(o.dirs)
	if err != nil {
		return err
	}
	s.recording, err = p.StartRecording(s.name, nil, project.Live{
		Carrier: func(string) http.RoundTripper { return o.below },
		Meta:    cassette.Meta{Origin: cassette.Recorded, Client: "go test"},
	})
	if err != nil {
		return err
	}
	s.transport = s.recording.Transport()
	s.t.Cleanup(s.endRecord)
	return nil
}

func (s *Session) endRecord() {
	s.t.Helper()
	why := ""
	switch {
	case s.t.Failed():
		why = "the test failed"
	case s.t.Skipped():
		why = "the test was skipped"
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
		tell := s.t.Logf
		if f.Severity == report.Error && !s.t.Skipped() {
			tell = s.t.Errorf
		}
		tell("cassette %q: %s", s.name, f.Message)
		if f.Severity == report.Note && f.Hint != "" {
			s.t.Logf("hint: %s", f.Hint)
		}
	}
}

// Replays reports whether answers come from the cassette, so that nothing else is needed:
// no credential, no network, no waiting.
func (s *Session) Replays() bool { return s.playback != nil }

// Client sends its requests through the session.
func (s *Session) Client() *http.Client { return &http.Client{Transport: s.transport} }

// Transport is for clients that put middleware of their own above it, as kiota does.
func (s *Session) Transport() http.RoundTripper { return s.transport }

// Var is the value of an environment variable while recording and in live runs, and
// what stands for it in the cassette on replay.
func (s *Session) Var(name string) string {
	s.t.Helper()
	return s.value(name, func() string {
		value, ok := os.LookupEnv(name)
		if !ok {
			s.t.Fatalf("cassette %q: the variable %s is not set", s.name, name)
		}
		return value
	})
}

// Now is the time, and on replay the time of the recording: the n-th call gives what the
// n-th call gave then.
func (s *Session) Now() time.Time {
	s.t.Helper()
	text := s.value(s.numbered("now"), func() string { return time.Now().UTC().Format(time.RFC3339Nano) })
	now, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		s.t.Fatalf("cassette %q: %v", s.name, err)
	}
	return now
}

// NewID is a new random GUID, and on replay what stands for the recording's.
func (s *Session) NewID() string {
	s.t.Helper()
	return s.value(s.numbered("id"), func() string {
		var b [16]byte
		rand.Read(b[:]) // never fails
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	})
}

func (s *Session) numbered(what string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[what]++
	return fmt.Sprintf("%s.%d", what, s.seen[what])
}

// value is a stored value on replay, else a fresh one, which a recording stores.
func (s *Session) value(name string, fresh func() string) string {
	s.t.Helper()
	if s.playback != nil {
		value, ok := s.playback.Vars()[name]
		if !ok {
			s.t.Fatalf("cassette %q stores no value for %s: record it again", s.name, name)
		}
		return value
	}
	value := fresh()
	if s.recording != nil {
		s.recording.Keep(name, value)
	}
	return value
}
