package redact

import (
	"fmt"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
)

// A core is what the redaction of all interactions of a recording shares.
type core struct {
	rules       Rules
	mark        func(name, parent, text string) Class // nil marks nothing
	salt        []byte
	saltDigest  string
	off         map[ID]bool // rules that are not obeyed
	keep        set
	keepMembers set
	keepHeaders set
	ledger      *ledger
	previous    *previous
	passes      sync.Pool // of *pass
}

// Options are what a recording may bring along.
type Options struct {
	Salt []byte // the project's: what pseudonyms are made with
	// Previous is an earlier recording of the same. A value that stands where the
	// earlier one had a pseudonym gets that pseudonym again, if it has the value's
	// shape and is free, so that a difference of the files shows what changed.
	Previous *cassette.Cassette
	// Mark is a rule of the caller's: of what class a value is, by the name of its place, the
	// member above, and its text; "" leaves it to the other rules. It answers alike for alike.
	Mark func(name, parent, text string) Class
}

func newCore(rules Rules, options Options) (*core, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("redact: %w", err)
	}
	c := &core{
		rules: rules, mark: options.Mark, salt: options.Salt, saltDigest: saltfile.Digest(options.Salt), off: rules.disabled(), ledger: newLedger(options.Salt),
		keep: newSet(rules.Keep), keepMembers: newSet(rules.KeepMembers), keepHeaders: newSet(rules.KeepHeaders),
	}
	if options.Previous != nil {
		c.previous = newPrevious(options.Previous, c.ledger)
	}
	return c, nil
}

// A scene is what is known of the message that is being read.
type scene struct {
	r        *core
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
