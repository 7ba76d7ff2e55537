package redact

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

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
	mu    sync.RWMutex
	of    standing
	spot  *spot
	met   map[string]verdict
	stale atomic.Bool // they begin anew
}

const (
	mostVerdicts  = 1 << 14 // then they begin anew, so that memory is bounded
	longestAnswer = 128
)

// on is the verdict on a leaf: the one that is remembered, or what judge says.
func (v *verdicts) on(p *pass, l *place.Leaf) verdict {
	if l.Role != place.Member && l.Role != place.Header || len(l.Text) > longestAnswer || strings.HasSuffix(l.Name, "Hash") || strings.EqualFold(l.Parent, "headers") {
		return p.judge().of(l, nil)
	}
	a := v.at(p, standing{l.Name, l.Parent, l.Outer, l.Role, p.outside, p.request, p.signIn, p.sealed, p.trial != nil})
	a.mu.RLock()
	known, ok := a.met[l.Text]
	a.mu.RUnlock()
	if ok {
		return known
	}
	said := p.judge().of(l, a.spot)
	if l.Role == place.Header && said.rule != noRule || !p.met(l.Text) {
		return said
	}
	n, both := len(l.Text), l.Text+said.text // not the body that they may be parts of
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
	return said
}

// forget lets them begin anew.
func (v *verdicts) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range v.met {
		a.stale.Store(true)
	}
	v.met = nil
	v.count.Store(0)
}

// at is what was said where a member stands.
func (v *verdicts) at(p *pass, s standing) *answers {
	k := p.known(s.name)
	if k.answers != nil && k.answers.of == s && !k.answers.stale.Load() {
		return k.answers
	}
	v.mu.RLock()
	a := v.met[s]
	v.mu.RUnlock()
	if a == nil {
		a = v.first(p, s)
	}
	k.answers = a
	return a
}

// first begins to remember what is said where a member stands.
func (v *verdicts) first(p *pass, s standing) *answers {
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.met[s]
	if a == nil {
		s = s.own()
		a = &answers{of: s, spot: p.vocabulary().spot(s.name, s.parent)}
		if v.met == nil {
			v.met = map[standing]*answers{}
		}
		v.met[a.of] = a
		v.count.Add(1)
	}
	return a
}

// near is what passes met last: of names, each in one of two slots, for the objects of a list
// repeat their members; and of texts, by their hashes, for most are met once, and only the
// verdict on what comes again is remembered. One pass at a time has it.
type near struct {
	names [256]known
	texts [1 << 11][2]uint32
}

// met reports whether a text was met lately, and notes that it is now.
func (p *pass) met(text string) bool {
	h := maphash.String(nearSeed, text)
	last, is := &p.near.texts[h%uint64(len(p.near.texts))], uint32(h>>32)|1
	known := last[0] == is || last[1] == is
	if !known {
		last[0], last[1] = is, last[0]
	}
	return known
}

type known struct {
	name    string
	answers *answers // where it stood last, nil where none was asked for
	member  bool     // it is the service's, below this parent
	parent  string
	next    *known // what came behind it last
}

var nearSeed = maphash.MakeSeed()

// known is what is known of a name, the least of which is the name.
func (p *pass) known(name string) *known {
	last := p.last
	if last != nil {
		if last.name == name { // a member's name comes before its value
			return last
		}
		if next := last.next; next != nil && next.name == name {
			p.last = next
			return next
		}
	}
	if p.near == nil {
		if p.near, _ = p.r.nears.Get().(*near); p.near == nil {
			p.near = &near{}
		}
	}
	h := maphash.String(nearSeed, name)
	k := &p.near.names[h%uint64(len(p.near.names))]
	if k.name != name && k.name != "" {
		k = &p.near.names[h>>32%uint64(len(p.near.names))]
	}
	if k.name != name {
		*k = known{name: strings.Clone(name)}
	}
	if last != nil {
		last.next = k
	}
	p.last = k
	return k
}

// end leaves what is near to the next pass.
func (p *pass) end() {
	if p.near != nil {
		p.r.nears.Put(p.near)
		p.near, p.last = nil, nil
	}
}

// isMemberName is vocabulary.isMemberName, remembered.
func (p *pass) isMemberName(s, parent string) bool {
	k := p.known(s)
	if k.member && k.parent == parent {
		return true
	}
	if !p.vocabulary().isMemberName(s, parent) {
		return false
	}
	k.member, k.parent = true, strings.Clone(parent) // not the body that it stands in
	return true
}
