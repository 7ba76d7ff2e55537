package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// A Binding says which value of this session a pseudonym of the cassette stands for.
type Binding struct {
	Pseudonym, Live string
}

// bindings are what a session has bound so far: one to one, and kept until it ends.
// Pseudonyms are known in any letter case; live values as they were sent and, where they are
// addresses or domains, in any. A nil set holds none.
type bindings struct {
	seal   *seal
	count  atomic.Int64 // 0 while there are none
	lives  sync.Map     // by pseudonym, in lower case: live value
	stored sync.Map     // by live value: pseudonym
	folded sync.Map     // by live value in lower case: the pseudonym of the first
}

func fold(s string) string { return strings.ToLower(s) }

// live and pseudonym look a value up.
func (b *bindings) live(pseudonym string) (string, bool) {
	if b == nil || b.count.Load() == 0 {
		return "", false
	}
	return loaded(&b.lives, fold(pseudonym))
}

func (b *bindings) pseudonym(live string) (string, bool) {
	p, ok := b.pseudonymAs(live)
	if ok || b == nil || b.count.Load() == 0 || !strings.ContainsAny(live, "@.") {
		return p, ok
	}
	return loaded(&b.folded, fold(live))
}

// pseudonymAs looks a live value up in the very letter case.
func (b *bindings) pseudonymAs(live string) (string, bool) {
	if b == nil || b.count.Load() == 0 {
		return "", false
	}
	return loaded(&b.stored, live)
}

func loaded(m *sync.Map, key string) (string, bool) {
	v, ok := m.Load(key)
	if !ok {
		return "", false
	}
	return v.(string), true
}

// free reports whether a pair agrees with what is bound.
func (b *bindings) free(pseudonym, live string) bool {
	if is, ok := b.live(pseudonym); ok && fold(is) != fold(live) {
		return false
	}
	is, ok := b.pseudonymAs(live)
	return !ok || fold(is) == fold(pseudonym)
}

// bind notes a pair, unless one of the two is bound, and the parts of addresses.
func (b *bindings) bind(pseudonym, live string) { b.bindAs(pseudonym, live, live) }

// An idBinding is a pseudonym that was computed, and the id that it stands for.
type idBinding struct{ pseudonym, live, key string }

// bindAs is bind for a value that is looked up by a key.
func (b *bindings) bindAs(pseudonym, live, key string) {
	if pseudonym == live || !b.free(pseudonym, key) {
		return
	}
	b.count.Add(1) // before anything can be found
	if _, known := b.lives.LoadOrStore(fold(pseudonym), live); known {
		return
	}
	b.stored.LoadOrStore(key, pseudonym)
	b.folded.LoadOrStore(fold(key), pseudonym)
	storedLocal, storedHost, stored := strings.Cut(pseudonym, "@")
	if at := strings.LastIndexByte(live, '@'); stored && at > 0 {
		b.lives.LoadOrStore(fold(storedLocal), live[:at])
		b.lives.LoadOrStore(fold(storedHost), live[at+1:])
	}
}

// bindIDs binds the ids of two texts, in their order.
func (b *bindings) bindIDs(stored, live string) {
	p, v := identity.Atoms(stored), identity.Atoms(live)
	if len(p) != len(v) {
		return
	}
	for n := range p {
		b.bindAs(p[n].Key(), v[n].Text, v[n].Key())
	}
}

// unless is a fit, or conflict where what is stored stands for another value, and exact
// where for this one: as a part of an address.
func (b *bindings) unless(stored, sent string, is fit) fit {
	if live, ok := b.live(stored); ok {
		if fold(live) == fold(sent) {
			return exact
		}
		return conflict
	}
	for _, a := range identity.Atoms(stored) {
		if _, ok := b.live(a.Key()); ok {
			return conflict
		}
	}
	return is
}

// isNew reports whether nothing is known of the ids in a text.
func (b *bindings) isNew(text string) bool {
	for _, a := range identity.Atoms(text) {
		if _, bound := b.pseudonym(a.Key()); bound || identity.IsFake(a) {
			return false
		}
	}
	return true
}

// shown lists the bindings, sorted.
func (b *bindings) shown() []Binding {
	var list []Binding
	b.lives.Range(func(p, live any) bool {
		list = append(list, Binding{p.(string), live.(string)})
		return true
	})
	slices.SortFunc(list, func(a, b Binding) int { return cmp.Compare(a.Pseudonym, b.Pseudonym) })
	const most = 5
	return list[:min(most, len(list))]
}

// Bind makes a pseudonym of the cassette stand for a value of this session, in what is
// asked and in what is answered. Both are whole values, such as a variable of
// cassette.Meta.Vars and the user's own; they have one format. It is an error if one of
// the two is bound to another, or if the cassettes hold no pseudonyms.
func (s *Session) Bind(pseudonym, live string) error {
	if pseudonym == live {
		return nil
	}
	if s.index.seal == nil {
		return fmt.Errorf("bind %q: the cassette holds no pseudonyms, or the rules say `bind: off`: send what was recorded", pseudonym)
	}
	p, v := identity.Atoms(pseudonym), identity.Atoms(live)
	if len(p) != len(v) || (strings.Contains(pseudonym, "@") != strings.Contains(live, "@")) {
		return fmt.Errorf("bind %q to %q: they have not one format", pseudonym, live)
	}
	u := s.unsealer
	u.choosing.Lock()
	defer u.choosing.Unlock()
	if len(p) == 0 {
		if !u.bound.free(pseudonym, live) {
			return fmt.Errorf("bind %q to %q: one of them is bound to another value", pseudonym, live)
		}
		u.bound.bind(pseudonym, live)
		return nil
	}
	for n := range p {
		if !u.bound.free(p[n].Key(), v[n].Key()) {
			return fmt.Errorf("bind %q to %q: one of them is bound to another value", pseudonym, live)
		}
	}
	u.bound.bindIDs(pseudonym, live)
	return nil
}

// Holds reports whether a text is a value of the cassettes that Bind takes: an id or a name
// that stands in them for another.
func (s *Session) Holds(text string) bool {
	if s.index.seal == nil {
		return false
	}
	held := s.index.pseudonyms()
	if atoms := identity.Atoms(text); len(atoms) > 0 {
		for _, a := range atoms {
			if !held[fold(a.Key())] {
				return false
			}
		}
		return true
	}
	return held[fold(text)]
}
