package match

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// Replay by unification: where a cassette holds pseudonyms, a request that has no key
// of its own is held against the recorded requests with its mask. A value of its that
// is no pseudonym is bound to the one at its place, for the session, and put back
// into the answers.

// isRedacted reports whether a cassette holds pseudonyms: redaction notes in it the ids
// of its rules, "identity.guid" and the like.
func isRedacted(c *cassette.Cassette) bool { return len(c.Meta.Redacted) > 0 }

func hidesIdentity(c *cassette.Cassette) bool {
	return slices.ContainsFunc(c.Meta.Redacted, func(rule string) bool {
		return rule == "identity" || strings.HasPrefix(rule, "identity.")
	})
}

// A candidate is a recorded request of a mask.
type candidate struct {
	entry *entry
	lifted
	identity bool // its ids are pseudonyms; if not, only texts were redacted
}

// masks are the recorded requests by mask. They are made when first a request has no
// key of its own.
type masks struct {
	soft   softNames
	byMask map[string][]*candidate
	users  map[string][]*entry // by value.key: the requests that hold the value
	known  func() map[string]bool
}

func (x *Index) makeMasks() *masks {
	m := &masks{byMask: map[string][]*candidate{}, users: map[string][]*entry{}}
	var requests []request
	var entries []*entry
	for _, e := range x.entries {
		if r := &e.answers[0]; isRedacted(r.cassette) {
			if recorded, err := x.recorded(r.interaction); err == nil { // it was understood before
				requests, entries = append(requests, recorded), append(entries, e)
			}
		}
	}
	m.soft = softNamesOf(requests)
	for i, e := range entries {
		c := &candidate{e, m.soft.lift(&requests[i]), hidesIdentity(e.answers[0].cassette)}
		m.byMask[c.mask] = append(m.byMask[c.mask], c)
		for _, v := range c.values {
			m.users[v.key()] = append(m.users[v.key()], e)
		}
	}
	m.known = sync.OnceValue(x.valuesInAnswers)
	return m
}

// valuesInAnswers are the keys of all values that answers of redacted cassettes hold.
func (x *Index) valuesInAnswers() map[string]bool {
	known := map[string]bool{}
	note := func(text string) {
		for _, a := range atomsIn(text) {
			known[value{a.kind, text[a.start:a.end]}.key()] = true
		}
	}
	for _, e := range x.entries {
		for i := range e.answers {
			r := &e.answers[i]
			if !isRedacted(r.cassette) {
				continue
			}
			note(plainBytes(r.body()))
			for values := range maps.Values(r.interaction.Response.Headers) {
				note(plainBytes(strings.Join(values, "\n")))
			}
		}
	}
	return known
}

// plainBytes undoes escapes of JSON and addresses, as far as they matter to finding ids.
func plainBytes(text string) string {
	if !strings.ContainsAny(text, `%\`) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c, width := decodedAt(text, i)
		if c == '\\' && i+1 < len(text) { // an escape of white space
			c, width = ' ', 2
		}
		out = append(out, c)
		i += width
	}
	return string(out)
}

// unified serves a request that has no key of its own.
func (s *Session) unified(req *http.Request, body []byte, live *request, trace *Trace) (Answer, error) {
	now := s.bound.Load()
	if e, batch := s.bySubstitution(now, req, body); e != nil {
		return s.take(e, batch, req, trace)
	}
	m := s.index.masks()
	asked := m.soft.lift(live)
	s.binding.Lock()
	if later := s.bound.Load(); later != now {
		if e, batch := s.bySubstitution(later, req, body); e != nil {
			s.binding.Unlock()
			return s.take(e, batch, req, trace)
		}
		now = later
	}
	found := s.consistent(m, &asked, now)
	if len(found) == 1 && len(found[0].more) > 0 {
		s.bound.Store(now.with(found[0].more))
	}
	s.binding.Unlock()
	switch len(found) {
	case 0:
		return missed(trace, s.unbound(req, body, live, now))
	case 1:
		return s.take(found[0].entry, found[0].aligned(live, &asked), req, trace)
	}
	return missed(trace, s.ambiguous(req, live, found, now))
}

// bySubstitution finds the entry of a request all of whose values are bound.
func (s *Session) bySubstitution(b *bindings, req *http.Request, body []byte) (*entry, *batch) {
	r, changed := s.substituted(b, req, body)
	if !changed {
		return nil, nil
	}
	return s.index.entryOf(r.key), r.body.batch
}

func (s *Session) substituted(b *bindings, req *http.Request, body []byte) (request, bool) {
	address, header, body, changed := b.recorded(addressOf(req.URL, req.Host), req.Header, body)
	if !changed {
		return request{}, false
	}
	return s.index.rules.understand(methodOf(req.Method), address, header, body, s.index.principal(req)), true
}

// A unifier is a candidate that a request agrees with, and what is to be bound for it.
type unifier struct {
	*candidate
	more   []pairing
	spare  int  // how many texts stand where a filler of another length was recorded
	served bool // its answer was served before
}

// ids are the pairings of values that have a format.
func (u *unifier) ids() []pairing {
	return slices.DeleteFunc(slices.Clone(u.more), func(p pairing) bool { return p.kind.isText() })
}

// consistent lists the candidates that a live request agrees with under the bindings.
// Candidates that differ in redacted texts only are all one, or no client that sends two
// messages could be replayed: the first that was not served counts, and of several that
// whose fillers have the texts' lengths, which redaction keeps, then the first recorded.
func (s *Session) consistent(m *masks, asked *lifted, b *bindings) []unifier {
	var found []unifier
	for _, c := range m.byMask[asked.mask] {
		u := unifier{candidate: c, served: s.tally(c.entry).last >= 0}
		if s.unify(m, &u, asked, b) {
			found = append(found, u)
		}
	}
	if len(found) < 2 {
		return found
	}
	for _, u := range found[1:] {
		if !slices.Equal(u.ids(), found[0].ids()) {
			return found
		}
	}
	slices.SortStableFunc(found, func(a, b unifier) int {
		if a.served != b.served {
			if b.served {
				return -1
			}
			return 1
		}
		return a.spare - b.spare
	})
	return found[:1]
}

// unify pairs the values of a request with those of a candidate.
func (s *Session) unify(m *masks, u *unifier, asked *lifted, b *bindings) bool {
	for i, recorded := range u.values {
		p := pairing{recorded.kind, recorded.text, asked.values[i].text}
		p.settle()
		left, _ := markOf(p.pseudonym)
		equal := p.recorded().key() == p.received().key()
		switch {
		case p.kind.isText() && left == filler:
			if len(p.live) != len(p.pseudonym) {
				u.spare++
			}
			continue
		case equal && b != nil && b.byPseudonym[p.recorded().key()] != "":
			continue // the cassette's own value, which is always understood
		case equal && !u.isPseudonym(p.recorded()):
			continue
		case !b.free(&p, u.more):
			return false
		case !equal && (!u.isPseudonym(p.recorded()) || m.holds(asked.values[i])):
			return false
		}
		if _, known := b.liveOf(p.recorded()); known || binds(u.more, p.recorded()) {
			continue
		}
		if !equal && s.usedAsIs(m, recorded) {
			return false
		}
		u.more = append(u.more, p)
	}
	return true
}

func binds(list []pairing, recorded value) bool {
	return slices.ContainsFunc(list, func(p pairing) bool { return p.recorded().key() == recorded.key() })
}

// isPseudonym reports whether a recorded value stands for others: redaction leaves none
// but those that every tenant has.
func (c *candidate) isPseudonym(v value) bool {
	switch m, _ := markOf(v.text); {
	case v.kind.isText():
		return m == bound
	case v.kind == kindDomain:
		return c.identity && strings.HasSuffix(strings.ToLower(v.text), ".example") // RFC 2606 keeps it free
	}
	return c.identity && !identity.IsWellKnown(v.text)
}

// holds reports whether a value is the cassettes' own.
func (m *masks) holds(v value) bool {
	if len(m.users[v.key()]) > 0 {
		return true
	}
	return !v.kind.isText() && m.known()[v.key()]
}

// usedAsIs reports whether a request that holds the recorded value was answered without
// the value being bound: then it was sent as it stands in the cassette.
func (s *Session) usedAsIs(m *masks, recorded value) bool {
	return slices.ContainsFunc(m.users[recorded.key()], func(e *entry) bool { return s.tally(e).last >= 0 })
}

// aligned is the live batch with its parts in the order of the candidate's key, so that
// the ids of the answer can be told.
func (u *unifier) aligned(live *request, asked *lifted) *batch {
	if live.body.batch == nil {
		return nil
	}
	place := make(map[int]int, len(u.parts)) // in the live batch, by position in the recorded one
	for i, part := range u.parts {
		place[part.position] = i
	}
	b := &batch{}
	for _, part := range u.entry.answers[0].batch.parts {
		b.parts = append(b.parts, asked.parts[place[part.position]])
	}
	return b
}

// unbound explains that no candidate agrees with a request.
func (s *Session) unbound(req *http.Request, body []byte, live *request, b *bindings) *MissError {
	if r, changed := s.substituted(b, req, body); changed {
		live = &r // what is bound is no difference
	}
	miss := s.index.unknown(req, live)
	miss.Bound = b.shown()
	return miss
}

// ambiguous explains that several recorded requests could be meant.
func (s *Session) ambiguous(req *http.Request, live *request, found []unifier, b *bindings) *MissError {
	miss := newMiss(req, Differs)
	miss.Reason = fmt.Sprintf("%d recorded requests differ from it in nothing but ids and names, and nothing tells which is meant", len(found))
	miss.Bound = b.shown()
	for _, u := range found[:min(len(found), nearestShown)] {
		r := &u.entry.answers[0]
		if recorded, err := s.index.recorded(r.interaction); err == nil {
			miss.Nearest = append(miss.Nearest, Candidate{r.cassette, r.interaction, differences(&recorded, live)})
		}
	}
	miss.NextStep = "say which is meant: " + inputsFor(found)
	return miss
}

// inputsFor tells how to name the values that are not bound: the very flags to type, by
// the names of stored variables as far as there are any.
func inputsFor(found []unifier) string {
	var flags []string
	for _, u := range found {
		for _, p := range u.more {
			if p.live == p.pseudonym {
				continue
			}
			for _, name := range namesOf(u.entry.answers[0].cassette.Meta.Vars, p) {
				flags = append(flags, "--input "+shellWord(name+"="+p.live))
			}
		}
	}
	const inGo = "in Go take the value from s.Var(NAME), or open with harness.Input(NAME, value)"
	if len(flags) == 0 {
		return "send a request first that only one recording fits; " + inGo
	}
	slices.Sort(flags)
	return strings.Join(slices.Compact(flags), "\n  or ") + "\n" + inGo
}

// namesOf are the variables that hold a pseudonym, or the pseudonym if none does.
func namesOf(vars map[string]string, p pairing) []string {
	var names []string
	for name, text := range vars {
		if p.kind.folded(p.pseudonym) == p.kind.folded(text) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = append(names, p.pseudonym)
	}
	return names
}

// shellWord quotes a word for a POSIX shell where it needs that.
func shellWord(word string) string {
	if !strings.ContainsFunc(word, func(c rune) bool { return c < '+' || c > 'z' || strings.ContainsRune(";<>?[\\]^`", c) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
