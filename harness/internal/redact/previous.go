package redact

import (
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// previous knows what an earlier recording held, place by place.
type previous struct {
	byKey map[string][]*cassette.Interaction
	ids   map[string]bool // that the earlier recording has, by Atom.Key

	mu    sync.Mutex
	seen  map[string]int
	fresh map[string]string // by Atom.Key: ids that are new, and what they are called
	used  map[string]bool   // what fresh ids are called
}

// An earlier interaction is the one that stands where another is recorded now.
type earlier struct{ of *cassette.Interaction }

func newPrevious(c *cassette.Cassette, l *ledger) *previous {
	v := &previous{byKey: map[string][]*cassette.Interaction{}, ids: map[string]bool{}, seen: map[string]int{}, fresh: map[string]string{}, used: map[string]bool{}}
	note := func(leaf *place.Leaf) (string, bool) {
		if leaf.Layered {
			return "", false
		}
		if l.faker.IsName(leaf.Text) {
			l.taken[leaf.Text] = true
			local, _, _ := strings.Cut(leaf.Text, "@")
			l.taken[local] = true
		}
		for _, a := range identity.Atoms(leaf.Text) {
			v.ids[a.Key()] = true
		}
		return "", false
	}
	l.remember(c.Meta.Tags)
	for _, i := range c.Interactions {
		v.byKey[templateOf(i)] = append(v.byKey[templateOf(i)], i)
		asked, answered := messagesOf(i)
		place.Rewrite(&asked, note)
		place.Rewrite(&answered, note)
	}
	return v
}

func messagesOf(i *cassette.Interaction) (asked, answered place.Message) {
	req, resp := &i.Request, &i.Response
	return place.Message{Method: req.Method, Address: req.URL, Header: req.Headers, Trailer: req.Trailer, Body: req.Body},
		place.Message{Method: req.Method, Address: req.URL, Answer: true, Status: resp.Code, Header: resp.Headers, Trailer: resp.Trailer, Body: resp.Body}
}

func templateOf(i *cassette.Interaction) string {
	u, err := graphurl.Parse(i.Request.URL)
	if err != nil {
		return i.Request.Method
	}
	return i.Request.Method + " " + u.Template()
}

// at returns the interaction of the earlier recording in whose place another one stands:
// the one of the same template and rank.
func (v *previous) at(i *cassette.Interaction) *earlier {
	if v == nil {
		return nil
	}
	key := templateOf(i)
	v.mu.Lock()
	defer v.mu.Unlock()
	rank := v.seen[key]
	v.seen[key]++
	if rank >= len(v.byKey[key]) {
		return nil
	}
	return &earlier{v.byKey[key][rank]}
}

// request and answer list the texts of the messages, by place.
func (e *earlier) request() map[string]string {
	if e == nil {
		return nil
	}
	asked, _ := messagesOf(e.of)
	return texts(&asked)
}

func (e *earlier) answer() map[string]string {
	if e == nil {
		return nil
	}
	_, answered := messagesOf(e.of)
	return texts(&answered)
}

func texts(m *place.Message) map[string]string {
	found := map[string]string{}
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		if !l.Layered && len(l.Text) <= 512 {
			found[l.Place()] = l.Text
		}
		return "", false
	})
	return found
}

// suggestion is what the recording before has at a leaf's place.
func (p *pass) suggestion(l *place.Leaf) func() string {
	return func() string {
		if p.answers == nil {
			return ""
		}
		return p.answers[l.Place()]
	}
}

// atom is the pseudonym of an id: a computed one, but for an id that is new where the
// recording before had another, whose pseudonym it takes. So two recordings of a service
// that makes fresh ids are equal. What a client looks up and no answer gave it is always
// computed: by that alone it is known again.
func (p *pass) atom(l *place.Leaf, a identity.Atom) string {
	faker := p.r.ledger.faker
	is := faker.Fake(a)
	v := p.r.previous
	if v == nil || identity.IsFake(a) {
		return is
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	key := a.Key()
	if called, ok := v.fresh[key]; ok {
		return called
	}
	if p.answers == nil || v.ids[identity.Atom{Kind: a.Kind, Text: is}.Key()] {
		return is
	}
	called := is
	if p.request && l.Looked() {
		v.fresh[key] = is
		return is
	}
	before, now := identity.Atoms(p.answers[l.Place()]), identity.Atoms(l.Text)
	if len(before) == len(now) {
		for n := range now {
			if now[n].Key() == key && before[n].Kind == a.Kind && len(before[n].Text) == len(a.Text) && identity.IsFake(before[n]) && !v.used[before[n].Key()] {
				called = before[n].Text
				break
			}
		}
	}
	v.fresh[key] = called
	v.used[identity.Atom{Kind: a.Kind, Text: called}.Key()] = true
	return called
}
