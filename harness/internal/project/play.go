package project

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// RuleMiss is a request that no interaction answers.
const RuleMiss = runner.RuleMiss

// A Playback replays cassettes to any client.
type Playback struct {
	tapes    []*tape
	sessions []*match.Session
	together *match.Together
	replayer *transport.Replayer
	inputs   Inputs
	expired  []report.Finding
	close    func()
}

// Play begins a replay of cassettes, named or by their files. A request is matched against
// all of them. Whoever plays a cassette at a time shares what was loaded of it.
func (p *Project) Play(names ...string) (*Playback, error) {
	b := &Playback{}
	var held []func()
	b.close = sync.OnceFunc(func() {
		for _, release := range held {
			release()
		}
	})
	for _, name := range names {
		t, release, err := p.take(name)
		if err != nil {
			b.close()
			return nil, err
		}
		held = append(held, release)
		b.tapes = append(b.tapes, t)
		b.expired = append(b.expired, p.Expired(t.cassette)...)
		b.sessions = append(b.sessions, t.index.NewSession())
	}
	b.together = match.NewTogether(b.sessions...)
	b.replayer = transport.NewReplayer(b.together, p.Playing)
	return b, nil
}

// Close lets go of the cassettes, so that they can be forgotten once nobody else plays
// them. The playback still answers.
func (b *Playback) Close() { b.close() }

// Transport answers requests and opens no connection.
func (b *Playback) Transport() http.RoundTripper { return b.replayer }

// Vars are the values that were stored with the recordings, or that were put in their
// place; the first cassette's count.
func (b *Playback) Vars() map[string]string {
	vars := map[string]string{}
	for i := range b.tapes {
		maps.Copy(vars, b.tapes[len(b.tapes)-1-i].cassette.Meta.Vars)
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
	known := false
	for i, t := range b.tapes {
		bound, err := t.input(b.sessions[i], name, value)
		if err != nil {
			return err
		}
		known = known || bound
	}
	if !known {
		return unknownInput(name, slices.Sorted(maps.Keys(b.Vars())))
	}
	if b.inputs == nil {
		b.inputs = Inputs{}
	}
	b.inputs[name] = value
	return nil
}

// Misses are the requests that had no answer, sorted.
func (b *Playback) Misses() []*match.MissError { return b.replayer.Misses() }

// Expired tells of the cassettes that are older than they may be.
func (b *Playback) Expired() []report.Finding { return b.expired }

// Auth is on whose behalf the first cassette was recorded, nil where that is not known.
func (b *Playback) Auth() *cassette.Auth {
	if len(b.tapes) == 0 {
		return nil
	}
	return b.tapes[0].cassette.Meta.Auth
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

// Case tells what the replay has to tell so far: what has expired, misses, and what nothing
// asked for.
func (b *Playback) Case(name string) report.Case {
	c := report.Case{Name: name}
	if len(b.tapes) == 1 {
		c.File = b.tapes[0].cassette.File
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
		c.Findings = append(c.Findings, u.finding(u.at.File))
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
