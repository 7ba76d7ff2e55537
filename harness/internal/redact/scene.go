package redact

import "github.com/graphvcr/graphvcr/harness/internal/place"

// A scene is what is known of the message that is being read.
type scene struct {
	r        *Redactor
	previous *earlierInteraction // the interaction that the recording before has in its place
	before   *earlierMessage     // this message there
	request  bool
	left     bool // it goes to no host of Graph's
	outside  bool // nor does the link that is being read
	signIn   bool
	sealed   bool             // what it holds is none of Graph's, and every rule is obeyed
	offset   int64            // of the body in its file
	sizes    map[string]int64 // of files in the body, by their places
}

// obeys reports whether a rule is obeyed here: rules.yaml speaks of what Graph holds.
func (p *scene) obeys(r ID) bool { return r != noRule && (!p.r.off[r] || p.sealed) }

// suggestion is what the recording before has at a leaf's place. What an answer has from
// there was the service's to make: a client knows it from the answer alone.
func (p *scene) suggestion(l *place.Leaf) string {
	is := p.before.at(l)
	if is != "" && !p.request {
		p.r.ledger.gave(is)
	}
	return is
}
