package match

import (
	"cmp"
	"fmt"

	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A Binding says which value of this session a pseudonym of the cassette stands for.
type Binding struct {
	Pseudonym, Live string
}

// bindings are what a session has bound so far: one to one, and kept until it ends.
// Pseudonyms are known in any letter case; live values as they were sent and, where they are
// addresses or domains, in any.
type bindings struct {
	faker  *identity.Faker // of the pseudonyms
	mu     sync.RWMutex
	lives  map[string]string // by pseudonym, folded: live value
	stored map[string]string // by live value: pseudonym
	folded map[string]string // by live value, folded: the pseudonym of the last
}

func newBindings(faker *identity.Faker) *bindings {
	return &bindings{faker: faker, lives: map[string]string{}, stored: map[string]string{}, folded: map[string]string{}}
}

// live looks up what a pseudonym stands for.
func (b *bindings) live(pseudonym string) (string, bool) { return b.look(b.lives, fold(pseudonym)) }

// pseudonym looks up what stands for a live value.
func (b *bindings) pseudonym(live string) (string, bool) {
	p, ok := b.look(b.stored, live)
	if !ok && strings.ContainsAny(live, "@.") {
		return b.look(b.folded, fold(live))
	}
	return p, ok
}

func (b *bindings) look(in map[string]string, key string) (string, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	value, ok := in[key]
	return value, ok
}

// An idBinding is a pseudonym, and the value that it stands for, which is looked up by a key.
type idBinding struct{ pseudonym, live, key string }

// bind notes a pair, and the domains of addresses, unless one of the two is bound. It reports whether
// neither is bound to another value.
func (b *bindings) bind(pair idBinding) bool {
	if pair.pseudonym == pair.live {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p, known := b.stored[pair.key]
	is, bound := b.lives[fold(pair.pseudonym)]
	other := bound && fold(is) != fold(pair.key) || known && fold(p) != fold(pair.pseudonym)
	if bound || other {
		return !other
	}
	b.lives[fold(pair.pseudonym)], b.stored[pair.key], b.folded[fold(pair.key)] = pair.live, pair.pseudonym, pair.pseudonym
	_, host, isAddress := strings.Cut(pair.pseudonym, "@")
	at := strings.LastIndexByte(pair.live, '@')
	if _, known := b.lives[fold(host)]; isAddress && at > 0 && !known {
		b.lives[fold(host)] = pair.live[at+1:]
	}
	return true
}

// pairsOf are the ids of two texts, in their order, or the texts where neither has any; none
// where one has more than the other.
func pairsOf(stored, live string) (pairs []idBinding) {
	p, v := identity.Atoms(stored), identity.Atoms(live)
	switch {
	case len(p) != len(v):
		return nil
	case len(p) == 0:
		return []idBinding{{stored, live, live}}
	}
	for n := range p {
		pairs = append(pairs, idBinding{p[n].Key(), v[n].Text, v[n].Key()})
	}
	return pairs
}

// bindGiven binds what a user says: both are whole values of one format.
func (b *bindings) bindGiven(pseudonym, live string) error {
	pairs := pairsOf(pseudonym, live)
	if len(pairs) == 0 || strings.Contains(pseudonym, "@") != strings.Contains(live, "@") {
		return fmt.Errorf("bind %q to %q: they have not one format", pseudonym, live)
	}
	for _, pair := range pairs {
		if !b.bind(pair) {
			return fmt.Errorf("bind %q to %q: one of them is bound to another value", pseudonym, live)
		}
	}
	return nil
}

// isNew reports whether nothing is known of the ids in a text.
func (b *bindings) isNew(text string) bool {
	return !slices.ContainsFunc(identity.Atoms(text), func(a identity.Atom) bool {
		_, bound := b.pseudonym(a.Key())
		return bound || identity.IsFake(a)
	})
}

// none reports whether nothing is bound.
func (b *bindings) none() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.lives) == 0
}

// count counts the bound ones among pseudonyms, which are folded.
func (b *bindings) count(pseudonyms []string) (count int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, p := range pseudonyms {
		if _, bound := b.lives[p]; bound {
			count++
		}
	}
	return count
}

// list lists some bindings, sorted.
func (b *bindings) list() []Binding {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var list []Binding
	for p, live := range b.lives {
		list = append(list, Binding{p, live})
	}
	slices.SortFunc(list, func(a, b Binding) int { return cmp.Compare(a.Pseudonym, b.Pseudonym) })
	const most = 5
	return list[:min(most, len(list))]
}

// putBack puts the session's values back for the pseudonyms that a leaf is or holds, however
// they are encoded there.
func (b *bindings) putBack(l *place.Leaf) (string, bool) {
	return rewritePseudonyms(b.faker, l, func(p string, _ bool) (string, bool) { return b.live(p) })
}

// heldPseudonyms are those that an answer holds, folded.
type heldPseudonyms struct {
	all      []string
	inHeader bool // whether some stand in its headers or trailers
}

// findPseudonyms notes the pseudonyms in a message, folded.
func findPseudonyms(faker *identity.Faker, m *place.Message, found map[string]bool) {
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		return rewritePseudonyms(faker, l, func(p string, is bool) (string, bool) {
			if is {
				found[fold(p)] = true
			}
			return "", false
		})
	})
}

// rewritePseudonyms shows to look what is an id or may be a pseudonym in a leaf, and whether
// it has the form of one, and puts in its place what look knows of it.
func rewritePseudonyms(faker *identity.Faker, l *place.Leaf, look func(p string, is bool) (live string, ok bool)) (string, bool) {
	if l.Layered || l.Role == place.Bytes {
		return "", false
	}
	if namesAddress(l) {
		if live, ok := look(l.Text, false); ok {
			return live, true
		}
		is := l.RewriteText(place.Leaf{Role: l.Role, Text: l.Text}, func(part *place.Leaf) (string, bool) {
			return rewritePseudonyms(faker, part, look)
		})
		return is, is != l.Text
	}
	text := identity.Rewrite(l.Text, func(a identity.Atom) string {
		if live, ok := look(a.Key(), identity.IsFake(a)); ok {
			return live
		}
		return a.Text
	})
	if live, ok := look(l.Text, faker.IsName(l.Text)); ok && text == l.Text {
		return live, true
	}
	text = rewriteNames(text, faker.FindNames(text), look)
	return text, text != l.Text
}

// rewriteNames is rewritePseudonyms for those that begin at spans. The domain of an address is
// left alone where its other part is: the address would be nobody's.
func rewriteNames(text string, spans []identity.Span, look func(p string, is bool) (live string, ok bool)) string {
	var edits []edit.Edit
	end := 0
	for n, span := range spans {
		isDomain := n > 0 && text[spans[n-1].End:span.Start] == "@"
		for _, at := range nameEnds(text, span) {
			if live, ok := look(text[span.Start:at], true); ok && !isDomain && span.Start >= end {
				edits, end = append(edits, edit.Edit{Start: span.Start, End: at, Text: live}), at
				break
			}
		}
	}
	return edit.Apply(text, edits)
}

func fold(s string) string { return strings.ToLower(s) }

// longestName is how far behind a pseudonym's number its end is looked for.
const longestName = 320

// nameEnds are where the pseudonym that a span begins may end in a text, the furthest first:
// behind the domain of an address, the extension of a file, a domain's labels, or at once.
func nameEnds(text string, name identity.Span) (ends []int) {
	end := name.End
	for end < len(text) && end-name.End < longestName && (ascii.IsAlnum(text[end]) || strings.IndexByte("@.-", text[end]) >= 0) {
		end++
	}
	for ; end > name.End; end-- {
		if end == len(text) || !ascii.IsAlnum(text[end]) {
			ends = append(ends, end)
		}
	}
	return append(ends, name.End)
}
