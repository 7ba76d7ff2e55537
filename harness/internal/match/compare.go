package match

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A Comparison is how a request of one recording differs from the same in another.
type Comparison struct {
	On          string       // of a rule for such requests: its method and path, with a star for every id
	Differences []Difference // in what counts under the rules; none where the keys are equal
	// Bindable says that they differ in ids and names only, which replay binds where the
	// cassette holds pseudonyms.
	Bindable bool
}

// Compare compares the requests of two interactions under the rules.
func (r Rules) Compare(first, second *cassette.Interaction) (Comparison, error) {
	rules, err := compileRules(r)
	if err != nil {
		return Comparison{}, err
	}
	recorded, err := rules.recorded(first, "")
	if err != nil {
		return Comparison{}, err
	}
	live, err := rules.recorded(second, "")
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{On: ruleFor(first.Request.Method, first)}
	if recorded.key != live.key {
		var d differ
		d.requests(&recorded, &live)
		c.Differences = d.list
		c.Bindable = rules.alike(first, second)
	}
	return c, nil
}

// alike reports whether two requests differ in ids, and in what stands in their holes, alone.
func (s ruleSet) alike(first, second *cassette.Interaction) bool {
	seal := newSeal(s, nil)
	key := func(i *cassette.Interaction) Key {
		known := holes{}
		for _, h := range seal.note(nil, i) {
			known.add(h.Place, h.Kind)
		}
		left := seal.mask(messageOf(i), known, holesOf(i), newBindings(seal.faker))
		place.Rewrite(&left.message, func(l *place.Leaf) (string, bool) {
			is := identity.Rewrite(l.Text, func(a identity.Atom) string { return strings.Repeat("0", len(a.Text)) })
			return is, !l.Layered
		})
		r, _ := s.understandMessage(left.message, i.Request.Host, "") // its address was read before
		return r.key
	}
	return key(first) == key(second)
}
