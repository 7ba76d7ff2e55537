package redact

import (
	"hash/maphash"

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
// never changes. One pass at a time has it, and its size is bounded.
type memory struct {
	spots map[label]*spot
	last  *spot
	texts [1 << 11][2]metText
}

// mostSpots bounds the spots of a memory, which are forgotten where there are more.
const mostSpots = 1 << 11

// A metText is a text at a spot, by its hash. Most are met once, and only the verdict on what comes
// again is kept.
type metText struct {
	hash uint64
	said *answer
}

// An answer is the verdict on a standing.
type answer struct {
	standing
	verdict
}

// met is what is kept of a text, and whether it was met before at this spot.
func (m *memory) met(at *spot, text string) (t *metText, before bool) {
	h := maphash.String(at.seed, text)
	both := &m.texts[h%uint64(len(m.texts))]
	if both[0].hash != h {
		both[0], both[1] = both[1], both[0]
		if both[0].hash != h {
			both[0] = metText{hash: h}
			return &both[0], false
		}
	}
	return &both[0], true
}

// A label is the name of a leaf, with the member above.
type label struct{ name, parent string }

// A spot is what a label says of itself and of its values.
type spot struct {
	label
	next          *spot // what came behind it last: the objects of a list repeat their members
	seed          maphash.Seed
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
