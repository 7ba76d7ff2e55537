package replay

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// RuleMiss is a request that no interaction answers.
const RuleMiss = runner.RuleMiss

// A Playback replays cassettes to any client.
type Playback struct {
	cassettes []*cassette.Cassette
	sessions  []*match.Session
	together  *match.Together
	replayer  *transport.Replayer
	inputs    Inputs
	expired   []report.Finding
	close     func()
}

// Open begins a replay of cassettes, named or by their files. A request is matched against
// all of them. Whoever replays a cassette at a time shares what was loaded of it.
func Open(p *project.Project, options transport.Options, names ...string) (*Playback, error) {
	b := &Playback{inputs: Inputs{}}
	var held []func()
	b.close = sync.OnceFunc(func() {
		for _, release := range held {
			release()
		}
	})
	for _, name := range names {
		loaded, release, err := p.Load(name)
		if err != nil {
			b.close()
			return nil, err
		}
		held = append(held, release)
		b.cassettes = append(b.cassettes, loaded.Cassette)
		b.expired = append(b.expired, Expired(p, loaded.Cassette)...)
		b.sessions = append(b.sessions, loaded.Index.NewSession())
	}
	b.together = match.NewTogether(b.sessions...)
	b.replayer = transport.NewReplayer(b.together, options)
	return b, nil
}

// Close lets go of the cassettes, so that they can be forgotten once nobody else has
// them. The playback still answers.
func (b *Playback) Close() { b.close() }

// Transport answers requests and opens no connection.
func (b *Playback) Transport() http.RoundTripper { return b.replayer }

// Vars are the values that were stored with the recordings, or that were put in their
// place; the first cassette's count.
func (b *Playback) Vars() map[string]string {
	vars := map[string]string{}
	for _, c := range slices.Backward(b.cassettes) {
		maps.Copy(vars, c.Meta.Vars)
	}
	for name, value := range b.inputs {
		if _, stored := vars[name]; stored {
			vars[name] = value
		}
	}
	return vars
}

// Input makes a value of the client stand for what the cassettes store under a name: a
// variable, or a pseudonym itself. It is to be called before the first request.
func (b *Playback) Input(name, value string) error {
	in := newInputs(Inputs{name: value})
	for i, c := range b.cassettes {
		if _, err := in.bind(c, b.sessions[i]); err != nil {
			return err
		}
	}
	if err := in.unused(); err != nil {
		return err
	}
	b.inputs[name] = value
	return nil
}

// Misses are the requests that had no answer, sorted.
func (b *Playback) Misses() []*match.MissError { return b.replayer.Misses() }

// Expired are the findings of the cassettes that are older than they may be.
func (b *Playback) Expired() []report.Finding { return b.expired }

// Cassettes are what is replayed.
func (b *Playback) Cassettes() []*cassette.Cassette { return b.cassettes }

// Auth is on whose behalf the first cassette was recorded, nil where that is not known.
func (b *Playback) Auth() *cassette.Auth {
	if len(b.cassettes) == 0 {
		return nil
	}
	return b.cassettes[0].Meta.Auth
}

// Unused lists, a line each, the interactions that nothing asked for. Further answers
// of a request that was asked for are none, nor are those to sign in, which others answer.
func (b *Playback) Unused() []string {
	var lines []string
	for _, u := range unusedOf(b.together) {
		if !u.leftover && !u.signIn {
			lines = append(lines, u.at.String()+": "+u.request)
		}
	}
	return lines
}

// Case is what there is to report so far: what has expired, misses, and what nothing asked for.
func (b *Playback) Case(name string) report.Case {
	c := report.Case{Name: name}
	if len(b.cassettes) == 1 {
		c.File = b.cassettes[0].File
	}
	c.Findings = append(c.Findings, b.expired...)
	misses := b.Misses()
	for _, miss := range misses {
		c.Findings = append(c.Findings, MissFinding(miss))
	}
	if more := b.replayer.Missed() - len(misses); more > 0 {
		c.Findings = append(c.Findings, report.Finding{Rule: RuleMiss, Severity: report.Error, Message: fmt.Sprintf("and %d more requests had no answer", more)})
	}
	for _, u := range unusedOf(b.together) {
		c.Findings = append(c.Findings, u.finding(u.at.File, "remove it from the cassette, or record again what the client asks for now"))
	}
	return c
}

// MissFinding is a miss as a finding about its nearest cassette.
func MissFinding(miss *match.MissError) report.Finding {
	f := runner.MissFinding(miss)
	if len(miss.Nearest) > 0 {
		f.Interaction = &miss.Nearest[0].Interaction.ID
		f.Place = report.Place{File: f.Cassette.File}
	}
	return f
}

// Inputs are a user's values for what cassettes store: by the name of a variable that a
// cassette keeps with its recording, or by a value of the cassette itself, such as
// user1@contoso.example.
type Inputs map[string]string

// inputs hands a replay's inputs to its sessions and notes which were of use.
type inputs struct {
	values Inputs

	mu    sync.Mutex
	used  map[string]bool
	known map[string]bool // names of variables that could have been meant
}

func newInputs(values Inputs) *inputs {
	return &inputs{values: values, used: map[string]bool{}, known: map[string]bool{}}
}

// bind binds all inputs that a cassette knows and returns its variables with them.
func (in *inputs) bind(c *cassette.Cassette, session *match.Session) (map[string]string, error) {
	vars := c.Meta.Vars
	if len(in.values) == 0 {
		return vars, nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	vars = maps.Clone(vars)
	for name := range vars {
		in.known[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		stored, isVar := vars[name]
		switch {
		case isVar:
			vars[name] = in.values[name]
		case session.Holds(name):
			stored = name
		default:
			continue
		}
		in.used[name] = true
		if err := session.Bind(stored, in.values[name]); err != nil {
			return nil, &fault.Error{
				Message: fmt.Sprintf("input %s: cassette %s", name, c.Name),
				Hint:    fmt.Sprintf("%s was recorded as %s; give a value of that form", name, stored),
				Cause:   err,
			}
		}
	}
	return vars, nil
}

// unused is an error for the first input that no cassette knew.
func (in *inputs) unused() error {
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		if !in.used[name] {
			return unknownInput(name, slices.Sorted(maps.Keys(in.known)))
		}
	}
	return nil
}

func unknownInput(name string, known []string) error {
	e := &fault.Error{
		Message: fmt.Sprintf("input %s: no cassette that was replayed stores a variable or a pseudonym of that name", name),
		Hint:    "the cassettes store no variables: name a pseudonym as it stands in the cassette",
	}
	if len(known) > 0 {
		e.Hint = "the cassettes store " + strings.Join(known, ", ")
		if near := fault.Meant(name, known); near != "" {
			e.Hint = near
		}
	}
	return e
}
