package redact

import (
	"hash/maphash"
	"strings"

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
// never changes. One pass at a time has it. Its size is fixed: each name and each text has one of
// two places, and what was not met for long goes.
type memory struct {
	names [256]metName
	last  *metName
	texts [1 << 11][2]metText
}

// A metName is what is known of a name.
type metName struct {
	name   string
	spots  []*spot // where values of it stood, that of the last one first
	parent string  // below which it was asked for as a member's, if it was asked
	asked  bool
	member bool     // it is one there
	next   *metName // what came behind it last: the objects of a list repeat their members
}

// A spot is where texts stand, with what that alone says of them.
type spot struct {
	standing
	seed          maphash.Seed
	secret, field *field // what credentials and members say of the name
	isKnown       bool   // the name is one of the service's
	values        words.Values
}

// A standing is what a verdict depends on, beside the text that it is on and the name.
type standing struct {
	parent, outer                    string
	role                             place.Role
	outside, request, signIn, sealed bool
}

// A metText is a text, by its hash. Most are met once, and only the verdict on what comes again is
// kept.
type metText struct {
	hash uint64
	said *answer
}

// An answer is the verdict on a text at a spot.
type answer struct {
	at   *spot
	text string
	verdict
}

var seed = maphash.MakeSeed()

// name is what is known of a name.
func (m *memory) name(s string) *metName {
	last := m.last
	if last != nil {
		if last.name == s { // a member's name comes before its value
			return last
		}
		if next := last.next; next != nil && next.name == s {
			m.last = next
			return next
		}
	}
	h := maphash.String(seed, s)
	n := &m.names[h%uint64(len(m.names))]
	if n.name != s && n.name != "" {
		n = &m.names[h>>32%uint64(len(m.names))]
	}
	if n.name != s {
		*n = metName{name: strings.Clone(s)} // not the body that it stands in
	}
	if last != nil {
		last.next = n
	}
	m.last = n
	return n
}

// mostSpots bounds the spots that are known of a name.
const mostSpots = 8

// spot is where values of a name stand, which look makes where none stood yet.
func (n *metName) spot(at *standing, look func(name, parent string) *spot) *spot {
	for k, s := range n.spots {
		if s.standing == *at {
			n.spots[0], n.spots[k] = s, n.spots[0]
			return s
		}
	}
	s := look(n.name, strings.Clone(at.parent))
	s.standing, s.seed = *at, maphash.MakeSeed()
	s.parent, s.outer = strings.Clone(at.parent), strings.Clone(at.outer)
	n.spots = append(n.spots[:min(len(n.spots), mostSpots-1)], s)
	return s
}

// met is what is kept of a text, and whether it was met before at this spot.
func (m *memory) met(at *spot, s string) (t *metText, met bool) {
	h := maphash.String(at.seed, s)
	both := &m.texts[h%uint64(len(m.texts))]
	if both[0].hash != h {
		both[0], both[1] = both[1], both[0]
	}
	if met = both[0].hash == h; !met {
		both[0] = metText{hash: h}
	}
	return &both[0], met
}
