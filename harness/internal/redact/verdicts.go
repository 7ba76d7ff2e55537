package redact

import (
	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A verdict is what redaction says of a leaf.
type verdict struct {
	text string // what is to stand there
	rule ID     // by which it is replaced, noRule where it stays
	hole cassette.HoleKind
}

// A memory is what passes met lately, since services say the same again and again and a verdict
// never changes. One pass at a time has it.
type memory struct {
	spots map[label]*spot
	said  map[standing]verdict
}

// mostMet bounds each part of a memory, which is emptied where it is full.
const mostMet = 1 << 11

// A label is the name of a leaf, with the member above.
type label struct{ name, parent string }

// A spot is what a label says of itself and of its values.
type spot struct {
	secret, field *field // of credentials, and of members
	isKnown       bool   // the name is one of the service's
	values        words.Values
}

// A standing is all that a verdict depends on that is remembered.
type standing struct {
	at                               *spot
	outer, text                      string
	role                             place.Role
	outside, request, signIn, sealed bool
}

// keep makes room where there is none.
func keep[K comparable, V any](in map[K]V, key K, value V) {
	if len(in) == mostMet {
		clear(in)
	}
	in[key] = value
}
