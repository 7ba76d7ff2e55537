package project

import (
	"net/http"

	"github.com/graphvcr/graphvcr/harness/match"
	"github.com/graphvcr/graphvcr/harness/transport"
)

// A Playback replays one cassette to any client.
type Playback struct {
	tape     *tape
	session  *match.Session
	replayer *transport.Replayer
}

// Play begins a replay of a cassette, named or by its file.
func (p *Project) Play(name string) (*Playback, error) {
	t, err := p.tape(name)
	if err != nil {
		return nil, err
	}
	session := t.index.NewSession()
	return &Playback{t, session, transport.NewReplayer(session, transport.Options{})}, nil
}

// Transport answers requests and opens no connection.
func (b *Playback) Transport() http.RoundTripper { return b.replayer }

// Vars are the values that were stored with the recording.
func (b *Playback) Vars() map[string]string { return b.tape.cassette.Meta.Vars }

// Misses are the requests that had no answer, sorted.
func (b *Playback) Misses() []*match.MissError { return b.replayer.Misses() }

// Unused lists, a line each, the interactions that nothing asked for. Further answers
// of a request that was asked for are none.
func (b *Playback) Unused() []string {
	var lines []string
	for _, u := range unusedOf(b.session) {
		if !u.leftover {
			lines = append(lines, u.at.String()+": "+u.request)
		}
	}
	return lines
}
