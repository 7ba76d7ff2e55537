package match

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A Binding says which value of this session a pseudonym of the cassette stands for.
type Binding struct {
	Pseudonym, Live string
}

// A pairing is a binding with the kind that both values have.
type pairing struct {
	kind            kind
	pseudonym, live string
}

func (p pairing) recorded() value { return value{p.kind, p.pseudonym} }
func (p pairing) received() value { return value{p.kind, p.live} }

// settle makes the kind of a text the one that redaction tells: its series of pseudonyms,
// or a domain, which looks like a file's name.
func (p *pairing) settle() {
	switch m, series := markOf(p.pseudonym); {
	case p.kind.isText() && m == bound:
		p.kind = p.kind.of(series)
	case p.kind == kindWord && m == noMark && wholeKind(p.pseudonym) == kindDomain && wholeKind(p.live) == kindDomain:
		p.kind = kindDomain
	}
}

// bindings are what a session has bound so far. They are never changed: a session
// swaps them for a longer set, so that readers take no lock.
type bindings struct {
	list        []pairing
	byPseudonym map[string]string // by value.key
	byLive      map[string]string
	toLive      func() *renamer
	toPseudonym func() *renamer
}

func newBindings(list []pairing) *bindings {
	b := &bindings{list: list, byPseudonym: make(map[string]string, len(list)), byLive: make(map[string]string, len(list))}
	for _, p := range list {
		b.byPseudonym[p.recorded().key()] = p.live
		b.byLive[p.received().key()] = p.pseudonym
	}
	b.toLive = sync.OnceValue(func() *renamer { return newRenamer(patternsOf(list, false)) })
	b.toPseudonym = sync.OnceValue(func() *renamer { return newRenamer(patternsOf(list, true)) })
	return b
}

// patternsOf lists what to look for, and what follows from it: the security identifier
// of an object (format security-identifier) and the name of a person's site.
func patternsOf(list []pairing, toPseudonym bool) []pattern {
	var patterns []pattern
	for _, p := range list {
		from, to := p.pseudonym, p.live
		if toPseudonym {
			from, to = to, from
		}
		if from == to || from == "" || strings.HasPrefix(string(p.kind), string(kindPart)) {
			continue
		}
		patterns = append(patterns, pattern{p.kind, from, to})
		switch p.kind {
		case kindGUID:
			patterns = append(patterns, pattern{kindSID, sidOf(from), sidOf(to)})
		case kindAddress:
			patterns = append(patterns, pattern{kindToken, siteOf(from), siteOf(to)})
		}
	}
	return patterns
}

// sidOf is the security identifier of a cloud object: its GUID as four numbers.
func sidOf(guid string) string {
	hex := strings.ReplaceAll(guid, "-", "")
	number := func(at ...int) string {
		var digits strings.Builder
		for _, i := range at {
			digits.WriteString(hex[2*i : 2*i+2])
		}
		n, _ := strconv.ParseUint(digits.String(), 16, 32) // a GUID is hexadecimal
		return strconv.FormatUint(n, 10)
	}
	return "S-1-12-1-" + number(0, 1, 2, 3) + "-" + number(6, 7, 4, 5) + "-" + number(11, 10, 9, 8) + "-" + number(15, 14, 13, 12)
}

// siteOf is an address as the path of a personal site spells it.
func siteOf(address string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x80 && !ascii.IsAlnum(byte(c)) {
			return '_'
		}
		return c
	}, address)
}

// with is the set and some more.
func (b *bindings) with(more []pairing) *bindings {
	if b == nil {
		return newBindings(more)
	}
	return newBindings(slices.Concat(b.list, more))
}

// liveOf and pseudonymOf look a value up; a nil set holds none.
func (b *bindings) liveOf(pseudonym value) (string, bool) {
	if b == nil {
		return "", false
	}
	live, found := b.byPseudonym[pseudonym.key()]
	return live, found
}

func (b *bindings) pseudonymOf(live value) (string, bool) {
	if b == nil {
		return "", false
	}
	pseudonym, found := b.byLive[live.key()]
	return pseudonym, found
}

// recorded is a live request as the recorded tenant would have sent it, as far as its
// values are bound; false when nothing in it is.
func (b *bindings) recorded(address *url.URL, header http.Header, body []byte) (*url.URL, http.Header, []byte, bool) {
	if b == nil {
		return nil, nil, nil, false
	}
	r := b.toPseudonym()
	changed := false
	rename := func(text string, where place) string {
		renamed := r.rename(text, where)
		changed = changed || renamed != text
		return renamed
	}
	renamed, err := url.Parse(rename(address.String(), inAddress))
	if err != nil {
		return nil, nil, nil, false
	}
	sent := make(http.Header, len(header))
	for name, values := range header {
		if significant(name) >= 0 {
			values = slices.Clone(values)
			for i := range values {
				values[i] = rename(values[i], inText)
			}
		}
		sent[name] = values
	}
	if len(body) > 0 {
		where := inText
		if mediaType(properlySpelled(header)["Content-Type"]) == formType {
			where = inAddress
		}
		body = []byte(rename(string(inflate(header, body)), where))
	}
	return renamed, sent, body, changed
}

// shown lists the bindings that change a value, sorted.
func (b *bindings) shown() []Binding {
	if b == nil {
		return nil
	}
	var list []Binding
	for _, p := range b.list {
		if p.live != p.pseudonym {
			list = append(list, Binding{p.pseudonym, p.live})
		}
	}
	slices.SortFunc(list, func(a, b Binding) int { return cmp.Compare(a.Pseudonym, b.Pseudonym) })
	return list
}

// Bind makes a pseudonym of the cassette stand for a value of this session, in what is
// asked and in what is answered. Both are whole values, such as a variable of
// cassette.Meta.Vars and the user's own; they have one format. It is an error if one of
// the two is bound to another, or if the cassettes hold no pseudonyms.
func (s *Session) Bind(pseudonym, live string) error {
	if pseudonym == live {
		return nil
	}
	if !s.index.unifies {
		return fmt.Errorf("bind %q: the cassette holds no pseudonyms, or the rules say `bind: off`: send what was recorded", pseudonym)
	}
	recorded, received := lifter{soft: &softNames{}}, lifter{soft: &softNames{}}
	recorded.softValue(kindWord, pseudonym)
	received.softValue(kindWord, live)
	if string(recorded.mask) != string(received.mask) {
		return fmt.Errorf("bind %q to %q: they have not one format", pseudonym, live)
	}
	s.binding.Lock()
	defer s.binding.Unlock()
	now := s.bound.Load()
	var more []pairing
	for i, v := range recorded.values {
		p := pairing{v.kind, v.text, received.values[i].text}
		p.settle()
		if !now.free(&p, more) {
			return fmt.Errorf("bind %q to %q: one of them is bound to another value", pseudonym, live)
		}
		if _, known := now.liveOf(p.recorded()); !known {
			more = append(more, p)
		}
	}
	if len(more) > 0 {
		s.bound.Store(now.with(more))
	}
	return nil
}

// Holds reports whether a text is a value of the cassettes that Bind takes: an id or an
// address that they hold, or what redaction left of a name in a request.
func (s *Session) Holds(text string) bool {
	if !s.index.unifies {
		return false
	}
	w := lifter{soft: &softNames{}}
	w.softValue(kindWord, text)
	masks := s.index.masks()
	for _, v := range w.values {
		p := pairing{v.kind, v.text, v.text}
		p.settle()
		if !masks.holds(v) && !masks.holds(p.recorded()) {
			return false
		}
	}
	return len(w.values) > 0
}

// free reports whether a pairing agrees with what is bound, and with some more.
func (b *bindings) free(p *pairing, more []pairing) bool {
	if live, known := b.liveOf(p.recorded()); known && p.kind.folded(live) != p.kind.folded(p.live) {
		return false
	}
	if pseudonym, known := b.pseudonymOf(p.received()); known && p.kind.folded(pseudonym) != p.kind.folded(p.pseudonym) {
		return false
	}
	for _, other := range more {
		if other.kind == p.kind && (other.recorded().key() == p.recorded().key()) != (other.received().key() == p.received().key()) {
			return false
		}
	}
	return true
}
