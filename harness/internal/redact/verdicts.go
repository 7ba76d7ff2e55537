package redact

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A verdict is what redaction says of a leaf.
type verdict struct {
	text string // what is to stand there
	rule rule   // by which it is replaced, noRule where it stays
	hole cassette.HoleKind
}

// A spot is where values of JSON stand, with what that alone says of them.
type spot struct {
	secret, field *field // what credentials and members say of the name
	isKnown       bool   // the name is one of the service's
	values        words.Values
}

// verdicts remember what was said of the members of JSON that were met lately: services say
// the same again and again, and a verdict never changes.
type verdicts struct {
	mu    sync.RWMutex
	met   map[standing]*answers
	count atomic.Int64 // of answers
}

// A standing is what a verdict on a member depends on, beside its text.
type standing struct {
	name, parent, outer                     string
	role                                    place.Role
	outside, request, signIn, sealed, trial bool
}

// own is a standing that keeps no body in memory.
func (s standing) own() standing {
	s.name, s.parent, s.outer = strings.Clone(s.name), strings.Clone(s.parent), strings.Clone(s.outer)
	return s
}

// answers are verdicts by text.
type answers struct {
	at    standing
	spot  *spot
	stale atomic.Bool // they are forgotten

	mu  sync.RWMutex
	met map[string]verdict
}

// on is the verdict on a text that is remembered.
func (a *answers) on(text string) (said verdict, ok bool) {
	a.mu.RLock()
	said, ok = a.met[text]
	a.mu.RUnlock()
	return said, ok
}

const (
	mostVerdicts  = 1 << 14 // then all are forgotten, so that memory is bounded
	longestAnswer = 128
)

// forget forgets all of them.
func (v *verdicts) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range v.met {
		a.stale.Store(true)
	}
	v.met = nil
	v.count.Store(0)
}

// at is what was said where a text stands, nil where nothing was yet.
func (v *verdicts) at(n *recent, s standing) *answers {
	k := n.known(s.name)
	if k.answers != nil && k.answers.at == s && !k.answers.stale.Load() {
		return k.answers
	}
	v.mu.RLock()
	k.answers = v.met[s]
	v.mu.RUnlock()
	return k.answers
}

// begin begins to remember what is said where a text stands.
func (v *verdicts) begin(n *recent, s standing, is *spot) *answers {
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.met[s]
	if a == nil {
		a = &answers{at: s, spot: is}
		if v.met == nil {
			v.met = map[standing]*answers{}
		}
		v.met[s] = a
		v.count.Add(1)
	}
	n.known(s.name).answers = a
	return a
}

// remember keeps a verdict.
func (v *verdicts) remember(a *answers, text string, said verdict) {
	n, both := len(text), text+said.text // not the body that they may be parts of
	said.text = both[n:]
	a.mu.Lock()
	if a.met == nil {
		a.met = map[string]verdict{}
	}
	a.met[both[:n]] = said
	a.mu.Unlock()
	if v.count.Add(1) >= mostVerdicts {
		v.forget()
	}
}

// recent is what passes met last: of names, each in one of two slots, for the objects of a list
// repeat their members; and of texts, by their hashes, for most are met once, and only the
// verdict on what comes again is remembered. One pass at a time has it.
type recent struct {
	names [256]recentName
	texts [1 << 11][2]uint32
	last  *recentName
}

// met reports whether a text was met lately, and notes that it is now.
func (n *recent) met(text string) bool {
	h := maphash.String(recentSeed, text)
	last, is := &n.texts[h%uint64(len(n.texts))], uint32(h>>32)|1
	known := last[0] == is || last[1] == is
	if !known {
		last[0], last[1] = is, last[0]
	}
	return known
}

// A recentName is what is known of a name.
type recentName struct {
	name    string
	answers *answers // where it stood last, nil where none was asked for
	member  bool     // it is the service's, below this parent
	parent  string
	next    *recentName // what came behind it last
}

var recentSeed = maphash.MakeSeed()

// known is what is known of a name.
func (n *recent) known(name string) *recentName {
	last := n.last
	if last != nil {
		if last.name == name { // a member's name comes before its value
			return last
		}
		if next := last.next; next != nil && next.name == name {
			n.last = next
			return next
		}
	}
	h := maphash.String(recentSeed, name)
	k := &n.names[h%uint64(len(n.names))]
	if k.name != name && k.name != "" {
		k = &n.names[h>>32%uint64(len(n.names))]
	}
	if k.name != name {
		*k = recentName{name: strings.Clone(name)}
	}
	if last != nil {
		last.next = k
	}
	n.last = k
	return k
}
