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

func (e *earlier) request(l *ledger) *before {
	if e == nil {
		return nil
	}
	asked, _ := messagesOf(e.of)
	return newBefore(&asked, l)
}

func (e *earlier) answer(l *ledger) *before {
	if e == nil {
		return nil
	}
	_, answered := messagesOf(e.of)
	return newBefore(&answered, l)
}

// before is a message of the earlier recording, beside the one that is read now.
type before struct {
	texts   map[string]string   // by place
	members map[string][]string // names of members that are pseudonyms, by the place of their object
	renamed map[string]string   // names of members, which places have, to their pseudonyms
}

func newBefore(m *place.Message, ledger *ledger) *before {
	b := &before{texts: map[string]string{}, members: map[string][]string{}, renamed: map[string]string{}}
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		switch {
		case l.Layered, len(l.Text) > 512:
		case l.Role != place.MemberName:
			b.texts[l.Place()] = l.Text
		case ledger.faker.IsName(l.Text):
			object := objectOf(l)
			b.members[object] = append(b.members[object], l.Text)
		}
		return "", false
	})
	return b
}

// objectOf is the place of the object that a member's name stands in.
func objectOf(l *place.Leaf) string {
	at := l.Place()
	return at[:max(0, strings.LastIndex(at, "['"))]
}

// at is the text at the place where a leaf stands now. A name of a member that nothing knows
// is there the next of those that are not called anything yet.
func (b *before) at(l *place.Leaf) string {
	if b == nil {
		return ""
	}
	if l.Role == place.MemberName {
		for _, is := range b.members[objectOf(l)] {
			if !b.taken(is) {
				return is
			}
		}
		return ""
	}
	at := l.Place()
	for name, is := range b.renamed {
		at = strings.ReplaceAll(at, "['"+name+"']", "['"+is+"']")
	}
	return b.texts[at]
}

func (b *before) taken(pseudonym string) bool {
	for _, is := range b.renamed {
		if is == pseudonym {
			return true
		}
	}
	return false
}

// rename notes what a member is called.
func (b *before) rename(l *place.Leaf, is string) {
	if b != nil && l.Role == place.MemberName && is != l.Text {
		b.renamed[l.Text] = is
	}
}

// suggestion is what the recording before has at a leaf's place.
func (p *scene) suggestion(l *place.Leaf) func() string {
	return func() string { return p.before.at(l) }
}

// atom is the pseudonym of an id: a computed one, but for an id that is new where the
// recording before had another, whose pseudonym it takes. So two recordings of a service
// that makes fresh ids are equal. What a client looks up and no answer gave it is always
// computed: by that alone it is known again.
func (p renamer) atom(l *place.Leaf, a identity.Atom) string {
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
	if p.before == nil || v.ids[identity.Atom{Kind: a.Kind, Text: is}.Key()] {
		return is
	}
	called := is
	if p.request && l.Looked() {
		v.fresh[key] = is
		return is
	}
	before, now := identity.Atoms(p.before.at(l)), identity.Atoms(l.Text)
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
